#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

ProviderTraits ovh_traits();

/// OVHcloud, API v1 (https://eu.api.ovh.com/console/). Settings: `application_key`, `application_secret` and
/// `consumer_key`, all secrets; `url` of another region. What is written is not served before publish().
Result<std::unique_ptr<DnsProvider>> make_ovh(const Zone& zone, ProviderTools tools,
                                              const ZoneSecrets& secrets);

}  // namespace mxodus::dns
