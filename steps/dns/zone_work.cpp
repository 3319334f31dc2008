#include "steps/dns/zone_work.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "steps/dns/stored.h"
#include "steps/dns/zone_entry.h"

namespace mxodus::dns {

Work write_zone(std::string title, ZoneChange change, std::chrono::milliseconds pause) {
  return LocalWork{
      std::move(title), [change = std::move(change), pause](StepContext& context) -> Result<void> {
        auto zone = find_zone(context.resources(), context.params().text("zone"));
        if (!zone) return tl::unexpected(std::move(zone).error());
        auto provider = open_provider(context, **zone);
        if (!provider) return tl::unexpected(std::move(provider).error());
        return carry_out(**provider, normal_name((*zone)->zone), change, pause, context.deadline());
      }};
}

Value to_value(const ZoneChange& change) {
  return ValueMap{{"before", to_value(change.before)}, {"after", to_value(change.after)}};
}

ZoneChange change_from_value(const Value& value) {
  return {stored_from_value(value.find("before")), stored_from_value(value.find("after"))};
}

Result<ZoneChange> taking_back(const ZoneChange& change, const std::vector<StoredRRset>& found) {
  for (const StoredRRset& set : change.after) {
    const auto same_key = [&](const StoredRRset& other) { return other.key() == set.key(); };
    const auto seen = std::find_if(found.begin(), found.end(), same_key);
    if (seen == found.end() || !same_rrset(*seen, set))
      return fail(ErrorKind::drift, "dns.drift",
                  set.rrset.type + " of " + set.rrset.name + " is not what this step left behind: it left " +
                      printable_line(text_of(set)) + ", and there is " +
                      (seen == found.end() ? "none" : printable_line(text_of(*seen))) +
                      "; it is left as it is");
  }
  return ZoneChange{change.after, change.before};
}

}  // namespace mxodus::dns
