#pragma once

#include <string>
#include <vector>

#include "orchestrator/cli/session.h"
#include "orchestrator/playbook/playbook.h"
#include "orchestrator/transport/doctor.h"

namespace mxodus {

/// One thing the doctor looked at, and where: "laptop", or a host.
struct DoctorLine {
  std::string where;
  DoctorFinding finding;
};

/// The laptop: ssh, agent, disk, clock, the DNS answered by who is asked. Blocks; any thread.
std::vector<DoctorLine> check_laptop(const Environment& environment);

/// One host: the way to it (route, host key, login, shell, sudo, forwarding), its clock, what jobs find
/// there, the tools that the playbook's steps need there. Blocks; any thread.
std::vector<DoctorLine> check_host(const Environment& environment, const Playbook& playbook,
                                   const HostSpec& host);

}  // namespace mxodus
