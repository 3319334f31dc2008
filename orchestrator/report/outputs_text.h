#pragma once

#include <string>

#include "orchestrator/core/value.h"

namespace mxodus {

/// The outputs of a step for people: each begins a line, a list has one element a line, a list of maps is a
/// table where that fits into `width` columns and blocks of "key value" lines otherwise. Times are local,
/// nothing can draw on the terminal. What holds nothing is left out of blocks, and is "-" elsewhere.
std::string outputs_text(const ValueMap& outputs, std::size_t width);

}  // namespace mxodus
