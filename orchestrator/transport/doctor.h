#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/verdict.h"
#include "orchestrator/transport/host.h"
#include "orchestrator/transport/host_spec.h"

namespace mxodus {

/// One thing that `doctor` looked at.
struct Finding {
  std::string what;  ///< "host key"
  Verdict verdict = Verdict::unknown;
  std::string seen;    ///< one sentence
  std::string advice;  ///< what to type or write next; empty where all is well
};

/// What SSH needs of this machine: the OpenSSH client, and an agent with a key in it. `agent_socket` is
/// $SSH_AUTH_SOCK.
std::vector<Finding> examine_ssh_client(const std::string& agent_socket, const Deadline& deadline);

/// A host in the order in which things can go wrong: route, host key, login, shell, sudo, forwarding, logout
/// kill, tools. What lies behind the first failure is unknown. Reads only.
std::vector<Finding> examine_host(HostReader& host, const HostSpec& spec, const Deadline& deadline);

/// The findings about jobs from what the host said of itself, as `NAME=VALUE` lines.
std::vector<Finding> judge_host_facts(std::string_view facts);

}  // namespace mxodus
