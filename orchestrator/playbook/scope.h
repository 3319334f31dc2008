#pragma once

#include "orchestrator/core/value.h"

namespace mxodus {

/// What an expression can see. Each is a map, or a null pointer where there is nothing of the kind; the
/// values must outlive the evaluation. A step that is missing in `steps` is not yet known; secrets need no
/// values, because an expression only ever hands on their names.
struct Scope {
  const Value* inputs = nullptr;
  const Value* hosts = nullptr;
  const Value* steps = nullptr;  ///< outputs by step id; with for_each, a map by key under the id
  const Value* item = nullptr;   ///< of any kind
  const Value* self = nullptr;   ///< the step's own last outputs
};

}  // namespace mxodus
