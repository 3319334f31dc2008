#pragma once

#include "orchestrator/plan/plan.h"
#include "orchestrator/playbook/scope.h"
#include "orchestrator/playbook/step_spec.h"

namespace mxodus {

/// What a run would make of this look by the `breach` and the `until` of its step; shown in the item: a
/// breach as a failure, or a warning where that is its rule. False where what the step gives in the end is
/// not known by it: a breach fails the step, or `until` does not hold yet, and a run looks again.
bool judge_look(const StepRules& rules, Scope scope, PlannedItem& look);

/// Whether a run would count the look as done, a failure that its rules make a warning included: then its
/// outputs are what other steps read.
bool ends_well(const StepRules& rules, const PlannedItem& look);

}  // namespace mxodus
