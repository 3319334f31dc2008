#include "orchestrator/run/revision.h"

#include <algorithm>
#include <set>

#include "orchestrator/core/text.h"
#include "orchestrator/plan/fingerprint.h"
#include "orchestrator/run/decisions.h"

namespace mxodus {
namespace {

std::string source(const std::optional<Expression>& expression) {
  return expression ? expression->source() : std::string();
}

/// The keys that say what a step does and whether it runs; empty where none of them differs.
std::vector<std::string> difference(const StepSpec& before, const StepSpec& after) {
  std::vector<std::string> keys;
  if (before.uses != after.uses) keys.emplace_back("uses");
  if (!same_text(before.host, after.host)) keys.emplace_back("host");
  if (!same_text(before.from, after.from)) keys.emplace_back("from");
  if (!same_text(before.with, after.with)) keys.emplace_back("with");
  if (!same_text(before.for_each, after.for_each)) keys.emplace_back("for_each");
  if (source(before.condition) != source(after.condition)) keys.emplace_back("if");
  return keys;
}

bool same_rule(const FailureRule& a, const FailureRule& b) {
  return a.action == b.action && a.steps == b.steps;
}

bool same_breaches(const std::vector<BreachRule>& before, const std::vector<BreachRule>& after) {
  return std::equal(before.begin(), before.end(), after.begin(), after.end(),
                    [](const BreachRule& a, const BreachRule& b) {
                      return a.when.source() == b.when.source() && same_rule(a.then, b.then);
                    });
}

/// The keys that say when a step runs, and what its end leads to.
std::vector<std::string> different_rules(const StepSpec& before, const StepSpec& after) {
  const StepRules &a = before.rules, &b = after.rules;
  std::vector<std::string> keys;
  const auto key = [&](const char* name, bool same) {
    if (!same) keys.emplace_back(name);
  };
  const auto minutes = [](const std::optional<TimeWindow>& window) {
    return window ? std::pair(window->from_minute, window->to_minute) : std::pair(-1, -1);
  };
  key("needs", before.has_needs == after.has_needs && before.needs == after.needs);
  key("stage", before.stage == after.stage);
  key("timeout", a.timeout == b.timeout);
  key("on_timeout", a.cancel_on_timeout == b.cancel_on_timeout);
  key("deadline", a.deadline == b.deadline);
  key("retry", a.retry.times == b.retry.times && a.retry.delay == b.retry.delay &&
                   a.retry.max_delay == b.retry.max_delay);
  key("every", a.every == b.every);
  key("until", source(a.until) == source(b.until));
  key("breach", same_breaches(a.breach, b.breach));
  key("undo", same_text(a.undo, b.undo));
  key("on_fail", same_rule(a.on_fail, b.on_fail));
  key("on_unknown", a.warn_on_unknown == b.warn_on_unknown);
  key("fresh_for", a.fresh_for == b.fresh_for);
  key("window", minutes(a.window) == minutes(b.window));
  key("parallel", a.parallel == b.parallel);
  key("stop_after", a.stop_after == b.stop_after);
  key("notify", a.notify == b.notify);
  key("point_of_no_return", a.point_of_no_return == b.point_of_no_return);
  return keys;
}

std::vector<ItemId> finished_items(const RunState& state, const std::string& step) {
  std::vector<ItemId> items;
  for (auto it = state.items.lower_bound({step, {}}); it != state.items.end() && it->first.step == step; ++it)
    if (has_ended(it->second.state) || it->second.attempts > 0) items.push_back(it->first);
  return items;
}

/// What has to end before a `retry` of the item is taken: itself, or what rests on it.
std::optional<ItemId> without_end(const StepTable& before, const StepTable& after, const RunState& state,
                                  const ItemId& id) {
  const ItemRecord& record = state.item(id);
  if (record.open && !misfit(EventType::retry, id, record).empty()) return id;
  auto behind = open_behind(before, state, id);
  return behind ? behind : open_behind(after, state, id);
}

/// The operator has said what is to become of it, and the run will take that: after a word that it refuses,
/// the edit would count as settled for ever.
bool settled(const StepTable& before, const StepTable& after, const RunState& state, const ItemId& id) {
  const ItemRecord& record = state.item(id);
  const auto& by = record.settled_by;
  if (!record.open && by && (by->type == EventType::accept || by->type == EventType::skip)) return true;
  // Put back by a word that was taken: it begins again, as it is written then.
  if (!record.open && record.state == ItemState::pending) return true;
  return std::any_of(state.open_decisions.begin(), state.open_decisions.end(), [&](const auto& entry) {
    const Decision& open = entry.second;
    const bool settles = open.type == EventType::accept ||
                         (open.type == EventType::retry && !without_end(before, after, state, id));
    return open.id == id && settles && misfit(open.type, id, record).empty();
  });
}

/// Of what it did last, or does now.
std::string fingerprint_of(const ItemRecord& record) {
  return record.open && !record.open->undo ? record.open->intent.fingerprint : record.fingerprint;
}

/// Whether the step as it is written now would still have the effect that its items had.
bool same_effect(const StepTable& after, const RunStep& step, const Plan& plan, const RunState& state,
                 const std::vector<ItemId>& items) {
  const Value outputs = outputs_for(step, state);
  auto instances = after.instances(step, outputs);
  if (!instances || !instances->waits_for.empty()) return false;
  return std::all_of(items.begin(), items.end(), [&](const ItemId& id) {
    const std::string had = fingerprint_of(state.item(id));
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

/// Whether the same text comes to something else now, because a host that it names is written otherwise.
bool comes_to_something_else(const StepTable& before, const RunStep& was, const StepTable& after,
                             const RunStep& now, const RunState& state) {
  const Value outputs = outputs_for(was, state);
  const auto old_items = before.instances(was, outputs), new_items = after.instances(now, outputs);
  if (!old_items || !new_items || old_items->list.size() != new_items->list.size())
    return old_items.has_value() != new_items.has_value() || (old_items && new_items);
  for (std::size_t n = 0; n < old_items->list.size(); ++n) {
    const Instance &a = old_items->list[n], &b = new_items->list[n];
    if (a.id != b.id || a.standpoint.host != b.standpoint.host ||
        a.standpoint.vantage != b.standpoint.vantage)
      return true;
    const auto old_params = before.params(was, a, outputs), new_params = after.params(now, b, outputs);
    if (old_params && new_params && old_params->values() != new_params->values()) return true;
  }
  return false;
}

/// The entries that were changed and that the step works with, before or now.
std::vector<std::string> entries_of(const StepTable& before, const RunStep& was, const StepTable& after,
                                    const RunStep& now, const RunState& state,
                                    const std::vector<EntryChange>& entries) {
  std::vector<std::string> titles;
  for (const EntryChange& entry : entries)
    if (works_with(before, was, state, entry) || works_with(after, now, state, entry))
      titles.push_back(entry.title() + " (" + entry.what + ")");
  return titles;
}

/// The steps that both playbooks have, in the order in which they may run.
std::vector<std::string> common_steps(const StepTable& of, const StepTable& other) {
  std::vector<std::string> ids;
  for (const RunStep& step : of.steps())
    if (other.find(step.id())) ids.push_back(step.id());
  return ids;
}

/// The common steps that the step waits for.
std::set<std::string> waits_for(const StepTable& of, const RunStep& step, const StepTable& other) {
  std::set<std::string> ids;
  for (const RunStep* above : of.upstream(step.id()))
    if (other.find(above->id())) ids.insert(above->id());
  return ids;
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

RevisionCheck compare_revisions(const StepTable& before, const StepTable& after,
                                const std::vector<EntryChange>& entries, const Plan& plan,
                                const RunState& state) {
  RevisionCheck check;
  const auto add = [&](const std::string& step, const std::string& what,
                       const std::vector<ItemId>& conflicting = {}) {
    check.changes.push_back({step, what});
    if (conflicting.empty()) return;
    std::set<std::string> not_ended;
    for (const ItemId& id : conflicting)
      if (const auto open = without_end(before, after, state, id)) not_ended.insert(to_string(*open));
    check.conflicts.push_back({step, what, {not_ended.begin(), not_ended.end()}});
  };
  const auto open_items = [&](const std::string& step) {
    std::vector<ItemId> items = finished_items(state, step);
    std::erase_if(items, [&](const ItemId& id) { return settled(before, after, state, id); });
    return items;
  };
  const bool other_hosts = std::any_of(entries.begin(), entries.end(), [](const EntryChange& entry) {
    return entry.section == "hosts" && entry.leads_elsewhere;
  });
  const bool other_order = common_steps(before, after) != common_steps(after, before);

  for (const EntryChange& entry : entries) add(entry.title(), entry.what);
  for (const RunStep& was : before.steps()) {
    const RunStep* now = after.find(was.id());
    if (!now && !finished_items(state, was.id()).empty()) {
      if (const RunStep* other = renamed_to(was, before, after, check.renamed)) {
        check.renamed[was.id()] = other->id();
        add(was.id(), "renamed to " + other->id(), open_items(was.id()));
        continue;
      }
    }
    if (!now) {
      add(was.id(), "removed", open_items(was.id()));
      continue;
    }
    const auto items = open_items(was.id());
    // What was only answered, or left out, has reached nothing by way of an entry.
    const bool acted = std::any_of(items.begin(), items.end(),
                                   [&](const ItemId& id) { return state.item(id).attempts > 0; });
    std::vector<std::string> keys = difference(*was.spec, *now->spec);
    bool conflict = !keys.empty() && !items.empty() && !same_effect(after, *now, plan, state, items);
    if (keys.empty() && other_hosts && comes_to_something_else(before, was, after, *now, state)) {
      keys.emplace_back("with, by what its hosts say");
      conflict = acted;
    }
    for (std::string& rule : different_rules(*was.spec, *now->spec)) keys.push_back(std::move(rule));
    if (other_order && waits_for(before, was, after) != waits_for(after, *now, before))
      keys.emplace_back("what it waits for");
    const auto touched = entries_of(before, was, after, *now, state, entries);
    std::vector<std::string> what;
    if (!keys.empty()) what.push_back("changed: " + join(keys, ", "));
    if (!touched.empty()) what.push_back("works with " + join(touched, ", "));
    conflict = conflict || (acted && !touched.empty());
    if (!what.empty()) add(was.id(), join(what, ", and "), conflict ? items : std::vector<ItemId>());
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
      add(now.id(), "added");
    else
      add(now.id(), "added before " + (*finished)->id() + ", which has been done",
          open_items((*finished)->id()));
  }
  return check;
}

}  // namespace mxodus
