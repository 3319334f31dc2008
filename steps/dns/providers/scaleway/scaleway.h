#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

ProviderTraits scaleway_traits();

/// Scaleway Domains and DNS, v2beta1. Settings: `token`, the secret key of an API key.
Result<std::unique_ptr<DnsProvider>> make_scaleway(const Zone& zone, ProviderTools tools,
                                                   const ZoneSecrets& secrets);

}  // namespace mxodus::dns
