#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `host.check`: whether a host can take what is to come. All that is missing, in one look.
std::unique_ptr<StepType> make_host_check();

}  // namespace mxodus
