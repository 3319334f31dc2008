#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

ProviderTraits powerdns_traits();

/// The HTTP API of the PowerDNS Authoritative Server, 4.7 and later. Settings: `url`
/// ("http://192.0.2.54:8081"), `server_id` ("localhost"), and the API key as `token`.
Result<std::unique_ptr<DnsProvider>> make_powerdns(const Zone& zone, ProviderTools tools,
                                                   const ZoneSecrets& secrets);

}  // namespace mxodus::dns
