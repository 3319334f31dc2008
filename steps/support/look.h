#pragma once

#include <functional>
#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// A step type that only looks, made of its parts.
/// `look` is its probe. `check` says what is wrong with parameters that are all known; without one, whatever
/// fits the declaration is right. Both are called from any thread.
std::unique_ptr<StepType> make_look(StepDeclaration declaration,
                                    std::function<Result<Finding>(StepContext&)> look,
                                    std::function<Result<void>(const Params&)> check = {});

}  // namespace mxodus
