#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

ProviderTraits hetzner_traits();

/// DNS zones of Hetzner Cloud (https://docs.hetzner.cloud/reference/cloud#tag/zones). Settings: `token` of
/// the project. The DNS Console of before, with an API of its own, is gone: its address and its tokens are
/// told from those of the Cloud, and refused as `invalid` with what to do.
Result<std::unique_ptr<DnsProvider>> make_hetzner(const Zone& zone, ProviderTools tools,
                                                  const ZoneSecrets& secrets);

}  // namespace mxodus::dns
