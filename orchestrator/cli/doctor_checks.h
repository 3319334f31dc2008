#pragma once

#include <string>
#include <vector>

#include "orchestrator/cli/session.h"
#include "orchestrator/core/verdict.h"
#include "orchestrator/playbook/playbook.h"

namespace mxodus {

/// One thing the doctor looked at.
struct DoctorLine {
  std::string where;  ///< "laptop", or a host
  std::string what;
  Verdict verdict = Verdict::unknown;
  std::string sentence;
};

/// The laptop: ssh, agent, disk, clock, the DNS answered by who is asked.
std::vector<DoctorLine> check_laptop(const Environment& environment);

/// One host: route and login, shell, sudo, forwarding, what would end a job at logout, the tools that the
/// playbook's steps need there.
std::vector<DoctorLine> check_host(const Environment& environment, const Playbook& playbook,
                                   const HostSpec& host);

}  // namespace mxodus
