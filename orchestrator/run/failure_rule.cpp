#include "orchestrator/run/failure_rule.h"

#include <algorithm>

namespace mxodus {
namespace {

bool has_failed(ItemState state) {
  return state == ItemState::failed || state == ItemState::cancelled || state == ItemState::undone;
}

std::size_t failed_items(const RunState& state, const std::string& step) {
  std::size_t failed = 0;
  for (auto it = state.items.lower_bound({step, {}}); it != state.items.end() && it->first.step == step; ++it)
    if (has_failed(it->second.state)) ++failed;
  return failed;
}

}  // namespace

std::string held_by(const StepTable& table, const RunState& state, const Expansions& expansions) {
  for (const auto& [id, record] : state.items) {
    const RunStep* step = table.find(id.step);
    if (!step) continue;
    if (record.state == ItemState::in_doubt) return to_string(id) + " is in doubt";
    if (!has_failed(record.state)) continue;
    if (step->rules().on_fail.action == FailureRule::Action::proceed) continue;
    if (step->rules().stop_after && !stopped_by_failures(*step, state, expansions)) continue;
    return to_string(id) + " " + std::string(to_string(record.state));
  }
  return {};
}

bool stopped_by_failures(const RunStep& step, const RunState& state, const Expansions& expansions) {
  const auto items = expansions.find(step.id());
  if (!step.rules().stop_after || items == expansions.end()) return false;
  return static_cast<double>(failed_items(state, step.id())) >
         step.rules().stop_after->value * static_cast<double>(items->second.size());
}

bool called_for(const StepTable& table, const RunState& state, const std::string& clean_up) {
  return std::any_of(state.items.begin(), state.items.end(), [&](const auto& entry) {
    if (!has_failed(entry.second.state)) return false;
    const RunStep* step = table.find(entry.first.step);
    if (!step || step->rules().on_fail.action != FailureRule::Action::run_steps) return false;
    const auto& named = step->rules().on_fail.steps;
    return std::find(named.begin(), named.end(), clean_up) != named.end();
  });
}

}  // namespace mxodus
