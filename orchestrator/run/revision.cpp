#include "orchestrator/run/revision.h"

#include <algorithm>

#include "orchestrator/plan/fingerprint.h"

namespace mxodus {
namespace {

std::string source(const std::optional<Expression>& expression) {
  return expression ? expression->source() : std::string();
}

/// The keys that say what a step does and whether it runs; empty where none of them differs.
std::string difference(const StepSpec& before, const StepSpec& after) {
  std::vector<std::string> keys;
  if (before.uses != after.uses) keys.emplace_back("uses");
  if (!same_text(before.host, after.host)) keys.emplace_back("host");
  if (!same_text(before.from, after.from)) keys.emplace_back("from");
  if (!same_text(before.with, after.with)) keys.emplace_back("with");
  if (!same_text(before.for_each, after.for_each)) keys.emplace_back("for_each");
  if (source(before.condition) != source(after.condition)) keys.emplace_back("if");
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "" : ", ") + key;
  return text;
}

std::vector<ItemId> finished_items(const RunState& state, const std::string& step) {
  std::vector<ItemId> items;
  for (auto it = state.items.lower_bound({step, {}}); it != state.items.end() && it->first.step == step; ++it)
    if (has_ended(it->second.state) || it->second.attempts > 0) items.push_back(it->first);
  return items;
}

/// The operator has said what is to become of it.
bool settled(const RunState& state, const ItemId& id) {
  const auto& by = state.item(id).settled_by;
  if (by && (by->type == EventType::accept || by->type == EventType::skip)) return true;
  return std::any_of(state.open_decisions.begin(), state.open_decisions.end(), [&](const auto& entry) {
    const Decision& open = entry.second;
    return open.id == id && (open.type == EventType::retry || open.type == EventType::accept);
  });
}

/// Whether the step as it is written now would still have the effect that its items had.
bool same_effect(const StepTable& after, const RunStep& step, const Plan& plan, const RunState& state,
                 const std::vector<ItemId>& items) {
  const Value outputs = outputs_for(step, state);
  auto instances = after.instances(step, outputs);
  if (!instances || !instances->waits_for.empty()) return false;
  return std::all_of(items.begin(), items.end(), [&](const ItemId& id) {
    const std::string& had = state.item(id).fingerprint;
    const auto instance = std::find_if(instances->list.begin(), instances->list.end(),
                                       [&](const Instance& one) { return one.id == id; });
    if (had.empty() || instance == instances->list.end()) return false;
    auto params = after.params(step, *instance, outputs);
    if (!params) return false;
    const auto host = plan.hosts.find(instance->standpoint.host);
    return fingerprint(step.type->declaration(), *params,
                       host == plan.hosts.end() ? nullptr : &host->second.identity) == had;
  });
}

/// The step of the new playbook that is what this one was, but for its name; null where there is none.
const RunStep* renamed_to(const RunStep& was, const StepTable& before, const StepTable& after,
                          const std::map<std::string, std::string>& taken) {
  for (const RunStep& now : after.steps()) {
    const bool is_taken =
        std::any_of(taken.begin(), taken.end(), [&](const auto& entry) { return entry.second == now.id(); });
    if (!before.find(now.id()) && !is_taken && difference(*was.spec, *now.spec).empty()) return &now;
  }
  return nullptr;
}

}  // namespace

RevisionCheck compare_revisions(const StepTable& before, const StepTable& after, const Plan& plan,
                                const RunState& state) {
  RevisionCheck check;
  const auto add = [&](const std::string& step, const std::string& what, bool conflict) {
    check.changes.push_back({step, what});
    if (conflict) check.conflicts.push_back({step, what});
  };
  const auto open_items = [&](const std::string& step) {
    std::vector<ItemId> items = finished_items(state, step);
    std::erase_if(items, [&](const ItemId& id) { return settled(state, id); });
    return items;
  };

  for (const RunStep& was : before.steps()) {
    const RunStep* now = after.find(was.id());
    if (!now && !finished_items(state, was.id()).empty()) {
      if (const RunStep* other = renamed_to(was, before, after, check.renamed)) {
        check.renamed[was.id()] = other->id();
        add(was.id(), "renamed to " + other->id(), !open_items(was.id()).empty());
        continue;
      }
    }
    if (!now) {
      add(was.id(), "removed", !open_items(was.id()).empty());
      continue;
    }
    const std::string keys = difference(*was.spec, *now->spec);
    if (keys.empty()) continue;
    const auto items = open_items(was.id());
    add(was.id(), "changed: " + keys, !items.empty() && !same_effect(after, *now, plan, state, items));
  }
  for (const RunStep& now : after.steps()) {
    const bool known =
        before.find(now.id()) || std::any_of(check.renamed.begin(), check.renamed.end(),
                                             [&](const auto& entry) { return entry.second == now.id(); });
    if (known) continue;
    const auto below = after.downstream(now.id());
    const auto finished = std::find_if(below.begin(), below.end(),
                                       [&](const RunStep* step) { return !open_items(step->id()).empty(); });
    if (finished == below.end())
      add(now.id(), "added", false);
    else
      add(now.id(), "added before " + (*finished)->id() + ", which has been done", true);
  }
  return check;
}

}  // namespace mxodus
