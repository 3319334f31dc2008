#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `command`: the operator's own words, where no step type knows the thing.
std::unique_ptr<StepType> make_command();

}  // namespace mxodus
