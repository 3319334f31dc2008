#pragma once

#include <string>
#include <string_view>

namespace mxodus {

/// SHA-256 in lower-case hexadecimal, 64 characters.
std::string sha256_hex(std::string_view bytes);

/// SHA-1, 40 characters; only where a protocol of others prescribes it.
std::string sha1_hex(std::string_view bytes);

/// HMAC-SHA-256 (RFC 2104): 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// Raw bytes in lower-case hexadecimal.
std::string to_hex(std::string_view bytes);

/// `bytes` random bytes from the kernel in lower-case hexadecimal; for ids, tokens and nonces.
std::string random_hex(std::size_t bytes);

}  // namespace mxodus
