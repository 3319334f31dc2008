#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mxodus {

/// An IPv4 or IPv6 address as it is usually written (RFC 5952), so that equal ones are equal texts; nothing
/// where `text` is no address.
std::optional<std::string> canonical_address(std::string_view text);

/// A host name in lower case and without its final dot: labels of RFC 1123, with the underscore that names of
/// services begin with (RFC 8552), 253 bytes at most. Nothing where `text` is none; names beyond ASCII are
/// written in the form that begins with xn--.
std::optional<std::string> canonical_hostname(std::string_view text);

}  // namespace mxodus
