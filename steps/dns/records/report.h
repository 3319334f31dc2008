#pragma once

#include <vector>

#include "orchestrator/step_api/finding.h"
#include "steps/dns/view.h"

namespace mxodus::dns {

/// All that one look has gathered.
struct Look {
  std::string zone;
  ProviderTraits traits;
  std::string managed_by;  ///< who else sets the records; empty: nobody
  std::vector<Wish> wishes;
  std::vector<StoredRRset> stored;  ///< one a wish: what is at the provider, or else what the servers answer
  std::vector<RRsetKey> neighbours = {};  ///< that stand where something new is to
  World world;                            ///< one view a wish, and last that of the SOA of the zone
};

/// Verdict, sentence and outputs of a look. `now` is when it was made; where it follows a change, resolvers
/// that asked just before keep the old for `kept`.
Finding report(const Look& look, Time now, Duration kept);

}  // namespace mxodus::dns
