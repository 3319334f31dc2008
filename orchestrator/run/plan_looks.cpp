#include "orchestrator/run/plan_looks.h"

#include <algorithm>

namespace mxodus {
namespace {

bool is_recent(const RunContext& run, const RunStep& step, Time looked_at) {
  const auto age = run.clock().now().since_epoch - looked_at.since_epoch;
  auto stands = run.options.plan_looks_stand.value;
  if (step.rules().fresh_for) stands = std::min(stands, step.rules().fresh_for->value);
  return age.count() >= 0 && age < stands;
}

bool all_was_well(const PlannedItem& item) {
  const bool well =
      item.found && (item.found->verdict == Verdict::ok || item.found->verdict == Verdict::warn);
  const bool planned = item.action == PlannedAction::none || item.action == PlannedAction::observe;
  return well && planned && !item.step.would_fail;
}

}  // namespace

std::optional<ItemLook> seen_while_planning(const RunContext& run, const RunStep& step,
                                            const Instance& instance) {
  if (run.options.plan_looks_stand.value.count() <= 0 || !step.only_looks() || step.after_a_move)
    return std::nullopt;
  if (run.item(instance.id).attempts > 0 || !run.state().changes.empty()) return std::nullopt;
  const PlannedItem* planned = run.plan.find(instance.id);
  if (!planned || !all_was_well(*planned) || !is_recent(run, step, planned->found_at)) return std::nullopt;
  const auto params = run.table.params(step, instance, outputs_for(step, run.state()));
  if (!params || params->values() != planned->params) return std::nullopt;
  return ItemLook{*planned, {}};
}

}  // namespace mxodus
