#pragma once

#include <filesystem>

#include "orchestrator/plan/plan.h"

namespace mxodus {

/// Writes a plan with its digest, durably, mode 0600.
Result<void> save_plan(const std::filesystem::path& path, const Plan& plan);

/// Reads a saved plan. `refused` "plan.edited" where its digest does not fit, `invalid` "plan.damaged" where
/// it is no whole plan (cut off), each with what to do.
Result<Plan> load_plan(const std::filesystem::path& path);

/// Why a plan may not be run now, if it may not: too old, or a host that is needed did not answer. All of
/// kind `refused`. Whether it was used, or another run has begun since, the lineage registry knows.
Result<void> check_still_valid(const Plan& plan, Time now, Duration max_age);

}  // namespace mxodus
