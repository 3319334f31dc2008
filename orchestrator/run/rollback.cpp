#include "orchestrator/run/rollback.h"

#include <algorithm>

#include "orchestrator/run/failure_rule.h"

namespace mxodus {

RollbackPlan plan_rollback(const StepTable& table, const RunState& state) {
  RollbackPlan plan;
  for (auto step = table.steps().rbegin(); step != table.steps().rend(); ++step) {
    for (auto change = state.changes.rbegin(); change != state.changes.rend(); ++change) {
      if (change->second.id.step != step->id()) continue;
      if (change->second.intent.effect == Effect::permanent)
        plan.not_undone.push_back(change->second);
      else if (change->second.intent.undo.is_null() && step->rules().undo.is_null())
        plan.without_undo.push_back(change->second);
      else
        plan.undos.push_back({change->first, change->second});
      if (step->rules().point_of_no_return) plan.past_point = step->id();
    }
  }
  // Of a step that an edit has taken out of the playbook nobody knows any more how its type takes it back.
  for (const auto& [n, change] : state.changes)
    if (state.item(change.id).adhoc || !table.find(change.id.step))
      (change.intent.effect == Effect::permanent ? plan.not_undone : plan.without_undo).push_back(change);
  return plan;
}

bool rollback_has_begun(const RunState& state) {
  return std::any_of(state.items.begin(), state.items.end(), [](const auto& entry) {
    const ItemRecord& record = entry.second;
    if (record.state == ItemState::failed && record.code == ending_code::not_undone) return true;
    return record.state == ItemState::undone && !failed_and_undone(record);
  });
}

}  // namespace mxodus
