#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/cli/host_look.h"
#include "orchestrator/journal/lock.h"
#include "orchestrator/journal/run_state.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/report/style.h"
#include "orchestrator/run/summary.h"

namespace mxodus {

/// A run as `status` sees it.
struct StatusView {
  const RunState& state;
  std::optional<LockOwner> driver;  ///< the process that drives it, if there is one
  Time now;
  std::vector<SeenHost> hosts;  ///< those that may be down, looked at just now
};

/// Whether it goes on, has parked or ended, and why.
std::string phase_text(const StatusView& view);

/// What a person types next about this run.
NextCommand next_command(const StatusView& view);

/// All of it for a terminal: whose turn it is, what is due when, what went wrong. `plan` may be null, where
/// it cannot be read; steps that have not begun are not counted then.
std::string status_text(const StatusView& view, const Plan* plan, const Style& style);

}  // namespace mxodus
