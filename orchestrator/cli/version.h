#pragma once

namespace mxodus {

inline constexpr const char* mxodus_version = MXODUS_VERSION;

}  // namespace mxodus
