#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "orchestrator/dns/asker.h"

namespace mxodus {

/// Where a name server is to be found.
struct ServerAddress {
  std::string address;
  std::uint16_t port = 53;
};
/// Of "192.0.2.53" or "2001:db8::53@5353"; nothing where what follows the @ is no port.
std::optional<ServerAddress> parse_server(const std::string& server);

/// What a message in wire format says to the question for `name` (normal) and `type`. Nothing where it is no
/// message.
std::optional<DnsAnswer> read_answer(std::string_view message, const std::string& name,
                                     const std::string& type);

/// Asks one server, by its address and with ldns: EDNS with 1232 bytes, TCP when truncated, three tries of
/// two seconds as far as the deadline allows. `server` is "192.0.2.53" or "2001:db8::53", with "@port" where
/// it is not 53. Blocks; a stop is noticed between tries.
DnsAnswer ask_named_server(const std::string& server, const std::string& name, const std::string& type,
                           bool recurse, const Deadline& deadline);

}  // namespace mxodus
