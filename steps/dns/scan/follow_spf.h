#pragma once

#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/quantity.h"
#include "orchestrator/dns/asker.h"
#include "steps/dns/scan/gathered.h"
#include "steps/dns/scan/hit.h"
#include "steps/dns/scan/old_places.h"

namespace mxodus::dns {

/// Finds the SPF that lets an old address pass by way of other records, and would still do so if all `hits`
/// were mended. Adds to `hits`, and to the troubles of `gathered` what could not be asked.
void follow_spf(const OldPlaces& old, Time now, DnsAsker& dns, const Deadline& deadline, Gathered& gathered,
                std::vector<Hit>& hits);

}  // namespace mxodus::dns
