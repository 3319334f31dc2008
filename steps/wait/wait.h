#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `wait`: time that has to pass. The engine parks it with its due time; no thread is held.
std::unique_ptr<StepType> make_wait();

}  // namespace mxodus
