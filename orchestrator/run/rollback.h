#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "orchestrator/journal/run_state.h"
#include "orchestrator/run/step_table.h"

namespace mxodus {

/// What a rollback would do: to be shown and confirmed like any plan.
struct RollbackPlan {
  struct Undo {
    std::int64_t result = 0;  ///< number of the result whose effect is taken back
    FinishedChange change;
  };
  std::vector<Undo> undos;                 ///< dependants first, later attempts first
  std::vector<FinishedChange> not_undone;  ///< permanent: stays as it is
  /// Changes that nothing says how to take back, `undo:` of their step included, and those of steps that are
  /// no longer in the playbook. They stay too, while what they rest on is taken back: only with a person's
  /// word on each.
  std::vector<FinishedChange> without_undo;
  /// The step after which undo means something else, where it has begun: rolled back only with `--past-point`
  /// and a gate.
  std::string past_point;
};

RollbackPlan plan_rollback(const StepTable& table, const RunState& state);

/// Whether a rollback has taken something back, or an undo has failed: an open gate leads nowhere then.
bool rollback_has_begun(const RunState& state);

}  // namespace mxodus
