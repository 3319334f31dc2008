#pragma once

namespace mxodus {

// The leak sanitizer traces the process that it looks into, which one that is not dumpable does not allow.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool memory_is_looked_into = true;
#elif defined(__has_feature)
inline constexpr bool memory_is_looked_into = __has_feature(address_sanitizer);
#else
inline constexpr bool memory_is_looked_into = false;
#endif

/// From now on a crash of this process leaves no image of its memory, which holds secrets: neither a core
/// file nor one in the hands of systemd-coredump. Under a sanitizer that looks into the process, core files
/// only.
void keep_memory_private();

}  // namespace mxodus
