#pragma once

namespace mxodus {

/// The code in the result of an attempt that did nothing at all: its host refused it, a secret was not to be
/// had, its job never came to be. It leaves nothing to take back.
inline constexpr const char* never_began_code = "run.never-began";

}  // namespace mxodus
