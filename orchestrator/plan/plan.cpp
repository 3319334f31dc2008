#include "orchestrator/plan/plan.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "orchestrator/core/digest.h"
#include "orchestrator/plan/json_names.h"

namespace mxodus {

std::string_view to_string(PlannedAction action) {
  return action_names[static_cast<std::size_t>(action)];
}
std::string_view to_string(Sureness sureness) {
  return sureness_names[static_cast<std::size_t>(sureness)];
}

bool Plan::complete() const {
  return std::none_of(hosts.begin(), hosts.end(), [](const auto& entry) {
    return !entry.second.trouble.empty() && !entry.second.may_be_down;
  });
}

bool Plan::has_changes() const {
  return std::any_of(items.begin(), items.end(), [](const PlannedItem& item) {
    return item.effect != Effect::observe && item.action != PlannedAction::none &&
           item.action != PlannedAction::skipped;
  });
}

std::vector<const PlannedItem*> Plan::would_fail() const {
  std::vector<const PlannedItem*> found;
  for (const PlannedItem& item : items)
    if (item.step.would_fail) found.push_back(&item);
  return found;
}

const PlannedItem* Plan::find(const ItemId& id) const {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const PlannedItem& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

std::string digest(const Plan& plan) {
  return sha256_hex(to_json(plan).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

bool same_intent(const PlannedItem& reviewed, const PlannedItem& fresh) {
  const auto changes_of = [](const PlannedItem& item) {
    std::vector<std::array<std::string, 3>> list;
    for (const Change& change : item.step.changes) list.push_back({change.what, change.before, change.after});
    return list;
  };
  return reviewed.action == fresh.action && reviewed.step.action == fresh.step.action &&
         reviewed.step.would_fail.has_value() == fresh.step.would_fail.has_value() &&
         changes_of(reviewed) == changes_of(fresh);
}

}  // namespace mxodus
