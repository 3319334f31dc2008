#pragma once

#include <string>

#include "orchestrator/core/result.h"
#include "orchestrator/core/value.h"

namespace mxodus {

/// A step inside a step: `done_if` of a task, `undo` of any step.
struct NestedStep {
  std::string uses;
  ValueMap with;
  std::string host;
  std::string from;
};

/// Reads `{uses: …, with: {…}, host: …, from: …}`, its expressions evaluated. `what` names it in the error
/// ("step.nested"): "`done_if`".
Result<NestedStep> read_nested_step(const Value& written, const std::string& what);

}  // namespace mxodus
