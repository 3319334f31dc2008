#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mxodus {

/// Nothing where `text` is empty, or not base64 with its padding and nothing else (RFC 4648, 4).
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace mxodus
