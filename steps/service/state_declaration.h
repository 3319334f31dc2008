#pragma once

#include "orchestrator/step_api/declaration.h"

namespace mxodus {

/// What service.state says of itself.
StepDeclaration service_state_declaration();

}  // namespace mxodus
