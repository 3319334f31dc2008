#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/jobs/job.h"
#include "orchestrator/transport/doctor.h"

namespace mxodus {

/// What `doctor` and the plan say of a host's jobs: whether they outlive a logout, where they are kept and
/// how much room there is, whether secrets have a place, and the tools that every job needs.
std::vector<DoctorFinding> judge_capabilities(const JobCapabilities& capabilities);

/// "job.no-tmpfs": why `host` would refuse a job that has secrets; nothing where they have a place.
std::optional<Error> secrets_refused(const JobCapabilities& capabilities, const std::string& host);

}  // namespace mxodus
