#pragma once

#include <string>
#include <string_view>

namespace mxodus {

/// SHA-256 in lower-case hexadecimal, 64 characters.
std::string sha256_hex(std::string_view bytes);

/// SHA-1, 40 characters; only where a protocol of others prescribes it.
std::string sha1_hex(std::string_view bytes);

/// HMAC (RFC 2104) with SHA-256, SHA-384 or SHA-512: 32, 48 or 64 raw bytes.
enum class HmacHash { sha256, sha384, sha512 };
std::string hmac(HmacHash hash, std::string_view key, std::string_view bytes);

/// Whether the two are equal, in a time that does not tell where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// Raw bytes in lower-case hexadecimal.
std::string to_hex(std::string_view bytes);

/// `bytes` random bytes from the kernel in lower-case hexadecimal; for ids, tokens and nonces.
std::string random_hex(std::size_t bytes);

}  // namespace mxodus
