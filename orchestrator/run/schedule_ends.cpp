#include <algorithm>

#include "orchestrator/run/failure_rule.h"
#include "orchestrator/run/outcome.h"
#include "orchestrator/run/schedule.h"

namespace mxodus {

bool Schedule::past_until() const {
  const std::string& until = run_.options.until;
  if (until.empty()) return false;
  bool any = false;
  for (const RunStep& step : run_.table.steps()) {
    if (step.id() != until && step.spec->stage != until) continue;
    if (step.clean_up && !called_for(run_.table, run_.state(), step.id())) continue;
    if (!is_over(step)) return false;
    any = true;
  }
  return any;
}

bool Schedule::is_over(const RunStep& step) const {
  const auto all_over = [&](const std::vector<Instance>& items) {
    return !items.empty() && std::all_of(items.begin(), items.end(), [&](const Instance& instance) {
      return is_over(step, instance.id);
    });
  };
  if (const auto known = expansions_.find(step.id()); known != expansions_.end())
    return all_over(known->second);
  return is_over(step, ItemId{step.id(), {}}) ||
         all_over(items_of(run_.table, step, run_.state(), expansions_));
}

/// A blocked item is over as long as what blocks it is.
bool Schedule::is_over(const RunStep& step, const ItemId& id) const {
  const ItemRecord& record = run_.item(id);
  if (has_ended(record.state)) return is_too_late(record) || !owed_retry(step.rules(), record, step.effect);
  const auto broken = [](const EdgeState& edges) { return edges.kind == EdgeState::Kind::broken; };
  return record.state == ItemState::blocked &&
         (broken(edges_of(run_.table, step, run_.state(), expansions_)) ||
          broken(joined_edges_of(run_.table, step, id, run_.state(), expansions_)));
}

bool Schedule::is_too_late(const ItemRecord& record) const {
  return record.deadline && *record.deadline <= run_.clock().now();
}

bool Schedule::has_open(const RunStep& step) const {
  const auto& items = run_.state().items;
  for (auto it = items.lower_bound({step.id(), {}}); it != items.end() && it->first.step == step.id(); ++it)
    if (it->second.open) return true;
  return false;
}

/// Whether what it has begun is without an end, or has still to be taken back.
bool Schedule::owes_an_end(const RunStep& step) const {
  const auto& items = run_.state().items;
  for (auto it = items.lower_bound({step.id(), {}}); it != items.end() && it->first.step == step.id(); ++it)
    if (it->second.open || owed_undo(step.rules(), run_.state(), it->first)) return true;
  return false;
}

/// A clean-up step that has run does so again where the step that called for it begins again and fails again.
/// One that failed itself is for whoever looks at it.
Result<void> Schedule::renew(const RunStep& clean_up) {
  std::vector<ItemId> over;
  const auto& items = run_.state().items;
  for (auto it = items.lower_bound({clean_up.id(), {}}); it != items.end() && it->first.step == clean_up.id();
       ++it) {
    const ItemRecord& record = it->second;
    const bool left_out_by_hand = record.state == ItemState::skipped && record.settled_by;
    const bool has_run = satisfies_edge(record.state) || record.state == ItemState::skipped ||
                         record.state == ItemState::waiting || record.state == ItemState::gate;
    if (has_run && !left_out_by_hand && !record.open) over.push_back(it->first);
  }
  if (over.empty() || !may_call_again(run_.table, run_.state(), clean_up.id())) return {};
  forget(clean_up.id());
  for (const ItemId& id : over)
    if (auto noted = note(id, ItemState::pending, "what called for it begins again"); !noted) return noted;
  return {};
}

}  // namespace mxodus
