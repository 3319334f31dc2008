#pragma once

#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

/// The floor is that of most domains; each says its own.
ProviderTraits desec_traits();

/// deSEC (https://desec.readthedocs.io/). Settings: `token`.
Result<std::unique_ptr<DnsProvider>> make_desec(const Zone& zone, ProviderTools tools,
                                                const ZoneSecrets& secrets);

}  // namespace mxodus::dns
