#pragma once

#include "orchestrator/core/value.h"

namespace mxodus {

/// The most that one attempt may give as outputs.
inline constexpr Size largest_outputs{64 * 1024};

/// How much of it these take.
Size size_of_outputs(const Value& outputs);

}  // namespace mxodus
