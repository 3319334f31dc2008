#include "orchestrator/run/failure_rule.h"

#include <algorithm>

#include "orchestrator/run/gates.h"

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

bool names(const FailureRule& rule, const std::string& clean_up) {
  return rule.action == FailureRule::Action::run_steps &&
         std::find(rule.steps.begin(), rule.steps.end(), clean_up) != rule.steps.end();
}

/// Why a host that came back holds what changes, as long as nobody has said that it may go on; or empty.
std::string held_by_host(const ItemId& id, const ItemRecord& record) {
  if (!is_of_a_host(id) || satisfies_edge(record.state) || record.state == ItemState::skipped) return {};
  return to_string(id) + " " + (has_failed(record.state) ? std::string(to_string(record.state)) : "asks");
}

}  // namespace

bool is_of_a_host(const ItemId& id) {
  return id.step.starts_with(host_item({}).step);
}

std::string breach_code(std::size_t number) {
  const std::string code(ending_code::breach);
  return number == 0 ? code : code + "." + std::to_string(number + 1);
}

const FailureRule& rule_after(const StepRules& rules, const ItemRecord& record) {
  for (std::size_t n = 0; n < rules.breach.size(); ++n)
    if (record.code == breach_code(n)) return rules.breach[n].then;
  return rules.on_fail;
}

bool failed_and_undone(const ItemRecord& record) {
  return record.state == ItemState::undone && record.failures > 0;
}

std::optional<std::int64_t> owed_undo(const StepRules& rules, const RunState& state, const ItemId& id) {
  const ItemRecord& record = state.item(id);
  const bool begins = record.state == ItemState::failed && record.code != ending_code::not_undone &&
                      rule_after(rules, record).action == FailureRule::Action::undo;
  const bool goes_on = record.state == ItemState::undone && record.code == ending_code::undone_in_part;
  if (record.open || !(begins || goes_on)) return {};
  const auto newest = std::find_if(state.changes.rbegin(), state.changes.rend(),
                                   [&](const auto& change) { return change.second.id == id; });
  if (newest == state.changes.rend() || newest->second.intent.effect == Effect::permanent) return {};
  return newest->first;
}

std::string held_by(const StepTable& table, const RunState& state, const Expansions& expansions) {
  for (const auto& [id, record] : state.items) {
    if (std::string host = held_by_host(id, record); !host.empty()) return host;
    const RunStep* step = table.find(id.step);
    if (!step) continue;
    if (is_in_doubt(record)) return to_string(id) + " is in doubt";
    if (!has_failed(record.state)) continue;
    if (rule_after(step->rules(), record).action == FailureRule::Action::proceed) continue;
    if (step->rules().stop_after && !stopped_by_failures(table, *step, state, expansions)) continue;
    return to_string(id) + " " + std::string(to_string(record.state));
  }
  return {};
}

bool stopped_by_failures(const StepTable& table, const RunStep& step, const RunState& state,
                         const Expansions& expansions) {
  const std::size_t failed = step.rules().stop_after ? failed_items(state, step.id()) : 0;
  if (failed == 0) return false;
  const std::size_t items = items_of(table, step, state, expansions).size();
  if (items == 0) return false;  // its list is being looked at again
  return static_cast<double>(failed) > step.rules().stop_after->value * static_cast<double>(items);
}

bool called_for(const StepTable& table, const RunState& state, const std::string& clean_up) {
  return std::any_of(state.items.begin(), state.items.end(), [&](const auto& entry) {
    // What a rollback has taken back calls for nothing any more.
    const ItemState ended = entry.second.state;
    if (ended != ItemState::failed && ended != ItemState::cancelled) return false;
    const RunStep* step = table.find(entry.first.step);
    if (!step) return false;
    const FailureRule& rule = rule_after(step->rules(), entry.second);
    return names(rule, clean_up);
  });
}

bool may_call_again(const StepTable& table, const RunState& state, const std::string& clean_up) {
  return std::any_of(state.items.begin(), state.items.end(), [&](const auto& entry) {
    const RunStep* step = table.find(entry.first.step);
    if (!step || has_ended(entry.second.state)) return false;
    const auto& breaches = step->rules().breach;
    return names(step->rules().on_fail, clean_up) ||
           std::any_of(breaches.begin(), breaches.end(),
                       [&](const BreachRule& breach) { return names(breach.then, clean_up); });
  });
}

}  // namespace mxodus
