#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

ProviderTraits rfc2136_traits();

/// A primary name server that takes dynamic updates (RFC 2136) signed by TSIG: BIND, Knot, PowerDNS.
/// Settings: `server` (its address or name, "@port" where it is not 53), `key_name`, `algorithm`
/// ("hmac-sha256"), and the key in base64 as `secret`. Read by zone transfer; where the server allows none,
/// RRset by RRset.
Result<std::unique_ptr<DnsProvider>> make_rfc2136(const Zone& zone, ProviderTools tools,
                                                  const ZoneSecrets& secrets);

}  // namespace mxodus::dns
