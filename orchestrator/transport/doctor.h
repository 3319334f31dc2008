#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/verdict.h"
#include "orchestrator/transport/host.h"
#include "orchestrator/transport/host_spec.h"

namespace mxodus {

/// One thing that `doctor` looked at.
struct DoctorFinding {
  std::string what;  ///< "host key"
  Verdict verdict = Verdict::unknown;
  std::string seen;    ///< one sentence
  std::string advice;  ///< what to type or write next; empty where all is well
};

/// The error of something that was looked at, as a finding: unknown where nobody could be asked.
DoctorFinding doctor_finding(std::string what, const Error& error);

/// What SSH needs of this machine: the OpenSSH client, and an agent with a key in it. `agent_socket` is
/// $SSH_AUTH_SOCK.
std::vector<DoctorFinding> examine_ssh_client(const std::string& agent_socket, const Deadline& deadline);

/// The way to a host, in the order in which it can go wrong: route, host key, login, shell, sudo,
/// forwarding. What lies behind the first failure is unknown. Reads only.
std::vector<DoctorFinding> examine_host(HostReader& host, const HostSpec& spec, const Deadline& deadline);

}  // namespace mxodus
