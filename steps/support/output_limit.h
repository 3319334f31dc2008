#pragma once

#include <cstddef>

#include "orchestrator/core/value.h"

namespace mxodus {

/// What a list may take of the 64 KiB of outputs that an attempt may give; beyond those none are kept.
inline constexpr std::size_t kListedBytes = 40u << 10;

/// The first of the entries, as many as kListedBytes hold.
ValueList as_many_as_fit(ValueList entries);

}  // namespace mxodus
