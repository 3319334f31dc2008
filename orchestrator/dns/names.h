#pragma once

#include <string>
#include <string_view>

#include "orchestrator/core/result.h"

namespace mxodus {

/// Lower case and without final dot: how this program keeps names. "" is the root.
std::string normal_name(std::string_view name);

/// Whether `name` is `zone` or below it; both normal.
bool is_within(std::string_view name, std::string_view zone);

/// "@" and "" are the zone, "mail" and "_dmarc.lists" are below it, and what ends in a dot or in the zone's
/// name stands as it is. `invalid` where it leads out of the zone.
Result<std::string> name_in_zone(std::string_view written, const std::string& zone);

/// The name under which an address stands in a reversed tree such as a blacklist or in-addr.arpa: octets for
/// IPv4, 32 nibbles for IPv6. "20.100.51.198.bl.example"; `invalid` for no address.
Result<std::string> reversed_name(const std::string& address, const std::string& zone);

bool is_ipv4(const std::string& text);
bool is_ipv6(const std::string& text);

}  // namespace mxodus
