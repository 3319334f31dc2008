#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `service.state`: a systemd unit runs or not, starts at boot or not, and its ports say the same.
std::unique_ptr<StepType> make_service_state();

}  // namespace mxodus
