#pragma once

#include <string>

#include "orchestrator/core/error.h"

namespace mxodus {

/// one_line and, after it, what to do about it: for the sentence of a finding or of a parked run, where
/// nobody sees the hint apart.
std::string with_advice(const Error& error);

}  // namespace mxodus
