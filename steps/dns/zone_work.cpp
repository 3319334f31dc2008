#include "steps/dns/zone_work.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "steps/dns/stored.h"
#include "steps/dns/zone_entry.h"
#include "steps/support/values.h"

namespace mxodus::dns {

Work write_zone(std::string title, ZoneChange change, std::chrono::milliseconds pause) {
  return LocalWork{
      std::move(title), [change = std::move(change), pause](StepContext& context) -> Result<void> {
        auto zone = zone_of_step(context.resources(), context.params());
        if (!zone) return tl::unexpected(std::move(zone).error());
        auto provider = open_provider(context, **zone);
        if (!provider) return tl::unexpected(std::move(provider).error());
        return carry_out(**provider, normal_name((*zone)->zone), change, pause, context.deadline());
      }};
}

Result<Finding> look_until_holds(StepContext& context, const DnsPatience& patience,
                                 const std::function<Result<Finding>()>& look) {
  const Deadline end = context.deadline().at_most(patience.servers);
  while (true) {
    auto found = look();
    const auto holds = found ? found->outputs.find("holds") : ValueMap::iterator();
    const bool settled = found && holds != found->outputs.end() && holds->second == Value(true);
    if (settled || end.passed()) return found;
    pause_for(patience.pause, end);
  }
}

Value to_value(const ZoneChange& change) {
  return ValueMap{{"before", to_value(change.before)}, {"after", to_value(change.after)}};
}

ZoneChange change_from_value(const Value& value) {
  return {stored_from_value(value.find("before")), stored_from_value(value.find("after"))};
}

Result<Work> take_back(std::string title, const ZoneChange& change, const Finding& now,
                       std::chrono::milliseconds pause) {
  if (const std::string trouble = text_in(now.state, "trouble"); !trouble.empty())
    return fail(ErrorKind::refused, trouble, now.sentence);
  const auto found = stored_from_value(now.state.find("stored"));
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
  // Backwards: a pointer leads to its old target again before the new one goes.
  return write_zone(
      std::move(title),
      {{change.after.rbegin(), change.after.rend()}, {change.before.rbegin(), change.before.rend()}}, pause);
}

}  // namespace mxodus::dns
