#pragma once

#include <optional>

#include "orchestrator/plan/item_planner.h"
#include "orchestrator/run/run_context.h"

namespace mxodus {

/// What planning has seen of an item, where that stands for the run's own first look at it: the step only
/// looks, nothing above it changes or asks, nothing has been changed by the run so far, its parameters are
/// still the same, all was well, and the look is no older than `plan_looks_stand` and the step's `fresh_for`
/// allow. Nothing otherwise. On the executor's thread.
std::optional<ItemLook> seen_while_planning(const RunContext& run, const RunStep& step,
                                            const Instance& instance);

}  // namespace mxodus
