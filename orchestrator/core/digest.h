#pragma once

#include <string>
#include <string_view>

namespace mxodus {

/// SHA-256 in lower-case hexadecimal, 64 characters.
std::string sha256_hex(std::string_view bytes);

/// `bytes` random bytes from the kernel in lower-case hexadecimal; for ids, tokens and nonces.
std::string random_hex(std::size_t bytes);

}  // namespace mxodus
