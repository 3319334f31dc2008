#pragma once

#include "orchestrator/step_api/declaration.h"

namespace mxodus {

/// What restic.restore says of itself.
StepDeclaration restic_restore_declaration();

}  // namespace mxodus
