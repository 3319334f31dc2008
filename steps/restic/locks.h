#pragma once

#include <string>

#include "orchestrator/step_api/context.h"
#include "orchestrator/step_api/resources.h"

namespace mxodus {

/// Who holds the repository for himself alone, as `prune` and `check` do, alive or not: "ananas, since
/// 2026-11-22T02:46:06Z". Empty where nobody does, and where that cannot be seen: it is no more than a
/// warning.
std::string holder_of(StepContext& context, const Repository& repository);

}  // namespace mxodus
