#pragma once

#include "orchestrator/step_api/declaration.h"

namespace mxodus {

/// What host.check says of itself.
StepDeclaration host_check_declaration();

}  // namespace mxodus
