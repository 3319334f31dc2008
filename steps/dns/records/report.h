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
  World world;
};

/// Verdict, sentence and outputs of a look. `now` is when it was made.
Finding report(const Look& look, Time now);

}  // namespace mxodus::dns
