#include <algorithm>

#include "orchestrator/run/schedule.h"
#include "orchestrator/run/window.h"

namespace mxodus {

/// A change or question above that an edit of the playbook has put before what is done already: the edges,
/// which name only the nearest, no longer lead to it.
bool Schedule::is_to_come(const RunStep& above) const {
  return above.moves() && above.spec->for_each.is_null() && run_.state().revised(above.id()) &&
         run_.item({above.id(), {}}).state == ItemState::pending;
}

/// Observations age: what a change or a gate rests on is looked at again where it is older than `fresh_for`.
/// True where everything above is fresh and stands: the edges alone do not say so, since a question that is
/// asked anew, or a look that is made again, leaves the steps between them done.
Result<bool> Schedule::refresh(const RunStep& step, const World& world, std::vector<Ready>& ready) {
  bool fresh = true;
  for (const RunStep* above : run_.table.upstream(step.id())) {
    if (is_to_come(*above)) fresh = false;
    const auto items = expansions_.find(above->id());
    if (items == expansions_.end()) continue;
    for (const Instance& instance : items->second) {
      const ItemRecord& record = run_.item(instance.id);
      if (record.state == ItemState::gate || world.under_way(instance.id)) fresh = false;
      if (!ages(*above, record)) continue;
      fresh = false;
      if (!world.answers(instance.standpoint)) continue;
      if (world.under_way(instance.id) || !chosen_.insert(instance.id).second) continue;
      aged_.insert(instance.id);
      ready.push_back({Ready::What::begin, above, instance});
    }
  }
  return fresh;
}

bool Schedule::is_unsettled(const RunStep& above) const {
  if (is_to_come(above)) return true;
  const auto& items = run_.state().items;
  for (auto it = items.lower_bound({above.id(), {}}); it != items.end() && it->first.step == above.id(); ++it)
    if (it->second.state == ItemState::gate || it->second.open || ages(above, it->second)) return true;
  return false;
}

bool Schedule::has_to_wait(const RunStep& step, const ItemId& id) const {
  const Time now = run_.clock().now();
  if (is_too_late(run_.item(id)) || (past_until() && !step.clean_up)) return true;
  if (step.rules().window && next_opening(*step.rules().window, now) > now) return true;
  const auto above = run_.table.upstream(step.id());
  return std::any_of(above.begin(), above.end(), [&](const RunStep* one) { return is_unsettled(*one); });
}

/// Once a look has been made again, the steps whose items come from it come to what it has found now: all of
/// them, since they wait for each other's items by key.
void Schedule::forget_lists_looked_at_again(const World& world) {
  for (auto look = aged_.begin(); look != aged_.end();) {
    const ItemState state = run_.item(*look).state;
    if (world.under_way(*look) || !has_ended(state)) {
      ++look;
      continue;
    }
    if (satisfies_edge(state))
      for (const RunStep* below : run_.table.downstream(look->step))
        if (below->has_elements()) forget(below->id());
    look = aged_.erase(look);
  }
}

bool Schedule::ages(const RunStep& step, const ItemRecord& record) const {
  if (!step.only_looks() || !step.rules().fresh_for) return false;
  if (record.state != ItemState::done || !record.seen) return false;
  const auto now = run_.clock().now().since_epoch;
  // Seen in what is now the future: the clock was set back, or is another laptop's, and the age is not known.
  return record.seen->since_epoch > now || record.seen->since_epoch + step.rules().fresh_for->value <= now;
}

}  // namespace mxodus
