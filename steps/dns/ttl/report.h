#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/step_api/finding.h"
#include "steps/dns/ttl/entry.h"
#include "steps/dns/zone_look.h"

namespace mxodus::dns {

/// What is known of the time before this look.
struct Earlier {
  std::vector<StoredRRset> changed = {};  ///< by this attempt, each as it was
  Duration negative = {};                 ///< how long resolvers keep that there is none
  Duration served = {};                   ///< the longest TTL that a name server handed out
  std::optional<Duration> told = {};      ///< the TTL that RRsets had which are as wished already
};

/// All that one look has gathered.
struct TtlLook {
  std::string zone;
  std::vector<TtlEntry> entries;
  ZoneLook seen;
  std::string managed_by;  ///< who else sets the TTLs; empty: nobody
  Earlier earlier;
};

/// Verdict, sentence and outputs of a look. Where an RRset has just the TTL that is wished, and nobody tells
/// what it had before, the longest that resolvers keep anything counts.
Finding report(TtlLook look, Time now);

Duration in_seconds(std::uint32_t seconds);

}  // namespace mxodus::dns
