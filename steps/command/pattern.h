#pragma once

#include <string>

#include "orchestrator/core/result.h"

namespace mxodus {

/// `invalid` for a regular expression that cannot be searched for in bounded time and memory: one with a
/// back-reference, a lookahead or a lazy repetition, and one that is too large, repetitions such as {1,99}
/// multiplied out. Whether it is well formed is not looked at.
Result<void> check_pattern(const std::string& pattern);

}  // namespace mxodus
