#pragma once

#include <string>

#include "orchestrator/dns/asker.h"

namespace mxodus {

/// Asks one server, by its address and with ldns: EDNS with 1232 bytes, TCP when truncated, three tries of
/// two seconds as far as the deadline allows. `server` is "192.0.2.53" or "2001:db8::53", with "@port" where
/// it is not 53. Blocks; a stop is noticed between tries.
DnsAnswer ask_named_server(const std::string& server, const std::string& name, const std::string& type,
                           bool recurse, const Deadline& deadline);

}  // namespace mxodus
