#pragma once

#include <string>
#include <vector>

#include "orchestrator/step_api/context.h"
#include "orchestrator/step_api/finding.h"
#include "steps/dns/providers/provider.h"
#include "steps/dns/view.h"

namespace mxodus::dns {

/// RRsets of a zone where they are kept, and as the world sees them.
struct ZoneLook {
  ProviderTraits traits;
  std::vector<StoredRRset> stored;  ///< one a key: at the provider, or else what the name servers answer
  World world;                      ///< one view a key, and last that of the SOA of the zone
};

/// Asks the provider of an entry of `dns:`, its name servers, our own resolver and these `resolvers`. An
/// error where the provider could not be asked or there is none to ask, or after a stop.
Result<ZoneLook> look_at_zone(StepContext& context, const Zone& zone, const std::vector<RRsetKey>& keys,
                              const std::vector<std::string>& resolvers);

/// The capabilities that a look found, with the floor of the zone itself: `provider` and `ttl_floor` of the
/// state of its finding.
ProviderTraits traits_from_state(const Value& state);

/// A provider that answered no is a fact, and fails; one that could not be asked stays an error.
Result<Finding> said_no(Error error);

}  // namespace mxodus::dns
