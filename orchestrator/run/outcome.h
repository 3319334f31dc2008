#pragma once

#include <optional>
#include <string>

#include "orchestrator/core/verdict.h"
#include "orchestrator/journal/run_state.h"
#include "orchestrator/playbook/step_spec.h"

namespace mxodus {

/// What becomes of an item when an attempt of it has ended.
struct ItemEnding {
  ItemState state = ItemState::done;
  Verdict verdict = Verdict::ok;     ///< as it counts: on_fail and on_unknown may have made it a warning
  std::optional<Duration> again_in;  ///< another attempt: a retry, or the next look of `until`
  std::string reason;                ///< why there is another one
};

/// `failures`: attempts that failed in a row before this one; `acted`: the attempt changed something, so an
/// unknown end is not repeated but left to the operator; `until_holds`: of a step with `until`;
/// while it does not hold, the step waits, whatever the verdict.
ItemEnding ending_of(const StepRules& rules, Verdict verdict, int failures, bool acted, bool until_holds);

/// The pause before the retry that a failed item still has, if it has one: its failures are counted in the
/// journal.
std::optional<Duration> owed_retry(const StepRules& rules, const ItemRecord& record, Effect effect);

/// How long to wait before the retry that follows the `failures`-th failure: doubles, up to max_delay.
Duration retry_pause(const StepRules& rules, int failures);

}  // namespace mxodus
