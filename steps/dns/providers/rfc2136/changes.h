#pragma once

#include <string>
#include <vector>

#include "orchestrator/dns/update.h"
#include "steps/dns/providers/provider.h"

namespace mxodus::dns::rfc2136 {

/// The update that makes these changes, and happens only where all are as they were read. `refused` for the
/// SOA, which the server keeps itself.
Result<ZoneUpdate> update_of(const std::string& zone, const std::vector<RRsetChange>& changes);

/// Whether a type is made by the server itself, for DNSSEC: not shown as what the zone holds.
bool is_made_by_server(const std::string& type);

}  // namespace mxodus::dns::rfc2136
