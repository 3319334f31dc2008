#pragma once

#include <vector>

#include "orchestrator/jobs/job.h"
#include "orchestrator/transport/doctor.h"

namespace mxodus {

/// What `doctor` says of a host's jobs: whether they outlive a logout, where they are kept and how much room
/// there is, whether secrets have a place, and the tools that every job needs.
std::vector<DoctorFinding> judge_capabilities(const JobCapabilities& capabilities);

}  // namespace mxodus
