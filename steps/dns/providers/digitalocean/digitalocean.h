#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

ProviderTraits digitalocean_traits();

/// DigitalOcean, API v2 (https://docs.digitalocean.com/reference/api/). Settings: `token`.
Result<std::unique_ptr<DnsProvider>> make_digitalocean(const Zone& zone, ProviderTools tools,
                                                       const ZoneSecrets& secrets);

}  // namespace mxodus::dns
