#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

ProviderTraits gandi_traits();

/// Gandi LiveDNS, API v5 (https://api.gandi.net/docs/livedns/). Settings: `token`, a personal access token;
/// `sharing_id` of the organisation, where the token sees several.
Result<std::unique_ptr<DnsProvider>> make_gandi(const Zone& zone, ProviderTools tools,
                                                const ZoneSecrets& secrets);

}  // namespace mxodus::dns
