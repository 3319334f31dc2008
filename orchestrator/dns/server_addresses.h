#pragma once

#include <string>
#include <vector>

#include "orchestrator/dns/asker.h"

namespace mxodus {

/// Every address of the name servers, IPv4 and IPv6. One whose addresses are not all known stands there once
/// with an empty address: it is there, and cannot be asked. That is also one that does not exist, and those
/// behind the first 64. Blocks.
std::vector<DnsAsker::AuthoritativeServer> addresses_of_servers(const std::vector<std::string>& servers,
                                                                DnsAsker& dns, const Deadline& deadline);

}  // namespace mxodus
