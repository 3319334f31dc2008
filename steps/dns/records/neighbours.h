#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "steps/dns/providers/provider.h"
#include "steps/dns/wish.h"

namespace mxodus::dns {

/// The RRsets that a provider has at the names at which `wishes` make one that is not yet there, where a
/// CNAME is on either side: it stands alone (RFC 1034, 3.6.2), and a provider says no, or says nothing and
/// does not write. `stored` has what is there, one a wish. Asks nothing where nothing is made.
Result<std::vector<RRsetKey>> neighbours_of(const std::vector<Wish>& wishes,
                                            const std::vector<StoredRRset>& stored, DnsProvider& provider,
                                            const Deadline& deadline);

/// Why one of the wishes cannot come true beside these neighbours, as a sentence for the plan; empty where
/// all can. A neighbour that the same step takes away is none.
std::string cannot_stand(const std::vector<Wish>& wishes, const std::vector<RRsetKey>& neighbours);

}  // namespace mxodus::dns
