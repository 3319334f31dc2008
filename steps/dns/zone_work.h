#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "orchestrator/step_api/work.h"
#include "steps/dns/change.h"

namespace mxodus::dns {

/// How patient a step is with a provider and its name servers.
struct DnsPatience {
  std::chrono::milliseconds servers{60'000};  ///< for the name servers to answer the new
  std::chrono::milliseconds pause{2'000};     ///< between two looks, and before a write is tried again
};

/// carry_out() of a change to the zone that the step's parameter `zone` names.
Work write_zone(std::string title, ZoneChange change, std::chrono::milliseconds pause);

/// A change as a value, with `before` and `after`, and back.
Value to_value(const ZoneChange& change);
ZoneChange change_from_value(const Value& value);

/// The change that takes another one back. `drift` where what is there now (`found`) is not what that one
/// left.
Result<ZoneChange> taking_back(const ZoneChange& change, const std::vector<StoredRRset>& found);

}  // namespace mxodus::dns
