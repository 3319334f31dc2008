#pragma once

#include <optional>

#include "orchestrator/playbook/step_order.h"

namespace mxodus {

/// Step types of these tests: look observes, act changes, ask asks.
inline std::optional<StepTraits> test_traits(const StepSpec& step) {
  if (step.uses == "look") return StepTraits{Effect::observe, false, {}, {}};
  if (step.uses == "act") return StepTraits{Effect::change, false, {"script"}, {"probe"}};
  if (step.uses == "ask") return StepTraits{Effect::observe, true, {}, {}};
  return std::nullopt;
}

}  // namespace mxodus
