#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

ProviderTraits route53_traits();

/// Amazon Route 53, API 2013-04-01. Settings: the secrets `access_key_id` and `secret_access_key`, for
/// temporary credentials `session_token`; `zone_id` where several public zones have the name.
Result<std::unique_ptr<DnsProvider>> make_route53(const Zone& zone, ProviderTools tools,
                                                  const ZoneSecrets& secrets);

}  // namespace mxodus::dns
