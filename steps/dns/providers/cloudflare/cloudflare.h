#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

ProviderTraits cloudflare_traits();

/// Cloudflare, API v4 (https://developers.cloudflare.com/api/). Settings: `token`, an API token that may edit
/// the DNS of the zone.
Result<std::unique_ptr<DnsProvider>> make_cloudflare(const Zone& zone, ProviderTools tools,
                                                     const ZoneSecrets& secrets);

}  // namespace mxodus::dns
