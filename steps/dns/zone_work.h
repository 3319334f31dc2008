#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "orchestrator/step_api/finding.h"
#include "orchestrator/step_api/work.h"
#include "steps/dns/change.h"

namespace mxodus::dns {

/// How patient a step is with a provider and its name servers.
struct DnsPatience {
  std::chrono::milliseconds servers{60'000};  ///< for the name servers to answer the new
  std::chrono::milliseconds pause{2'000};     ///< between two looks, and before a write is tried again
};

/// carry_out() of a change to the zone_of_step().
Work write_zone(std::string title, ZoneChange change, std::chrono::milliseconds pause);

/// Looks until its output `holds` is true or the patience with the name servers ends. The last look.
Result<Finding> look_until_holds(StepContext& context, const DnsPatience& patience,
                                 const std::function<Result<Finding>()>& look);

/// A change as a value, with `before` and `after`, and back.
Value to_value(const ZoneChange& change);
ZoneChange change_from_value(const Value& value);

/// The work that takes a change back. `refused` where the zone could not be looked at, `drift` where what is
/// there `now` is not what the change left.
Result<Work> take_back(std::string title, const ZoneChange& change, const Finding& now,
                       std::chrono::milliseconds pause);

}  // namespace mxodus::dns
