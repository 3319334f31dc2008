#include "orchestrator/run/schedule.h"

#include <algorithm>

#include "orchestrator/run/failure_rule.h"
#include "orchestrator/run/outcome.h"
#include "orchestrator/run/window.h"

namespace mxodus {
namespace {

constexpr int kAttemptsWithoutEnd = 5;

bool answer_both(const Standpoint& at, const Schedule::World& world) {
  return world.host_answers(at.host) && world.host_answers(at.vantage);
}

bool begins(const Schedule::Ready& one) {
  return one.what == Schedule::Ready::What::begin || one.what == Schedule::Ready::What::ripe;
}

/// Then the `if` of its step was true, once and for all.
bool has_begun(const RunStep& step, const ItemRecord& record) {
  if (record.attempts > 0) return true;
  const bool without_attempts = step.kind() != StepKind::work && record.state != ItemState::skipped;
  return record.state == ItemState::gate || record.state == ItemState::waiting ||
         (without_attempts && has_ended(record.state));
}

Result<void> done(const Result<std::int64_t>& written) {
  if (!written) return tl::unexpected(written.error());
  return {};
}

}  // namespace

Schedule::Schedule(const RunContext& run) : run_(run) {
  for (const auto& [id, record] : run.state().items)
    if (record.state == ItemState::in_doubt) doubts_.insert(id);
}

void Schedule::due(Time when) {
  next_due_ = next_due_ ? std::min(*next_due_, when) : when;
}

Result<void> Schedule::note(const ItemId& id, ItemState state, const std::string& reason) {
  const ItemRecord& record = run_.item(id);
  if (record.state == state && record.reason == reason) return {};
  return done(run_.journal.step_state(id, {state, reason, {}, {}, 0}));
}

bool Schedule::past_until() const {
  const std::string& until = run_.options.until;
  if (until.empty()) return false;
  return std::all_of(run_.table.steps().begin(), run_.table.steps().end(), [&](const RunStep& step) {
    if (step.id() != until && step.spec->stage != until) return true;
    const auto items = expansions_.find(step.id());
    if (items == expansions_.end()) return has_ended(run_.item({step.id(), {}}).state);
    return std::all_of(items->second.begin(), items->second.end(),
                       [&](const Instance& instance) { return has_ended(run_.item(instance.id).state); });
  });
}

Result<std::vector<Schedule::Ready>> Schedule::look(const World& world) {
  std::vector<Ready> ready;
  next_due_.reset();
  chosen_.clear();
  chosen_of_.clear();
  held_ = world.held.empty() ? held_by(run_.table, run_.state(), expansions_) : world.held;
  if (world.stopping) return ready;
  const bool past = past_until();
  for (const RunStep& step : run_.table.steps()) {
    if (past && !has_open(step)) continue;
    const bool called = !step.clean_up || called_for(run_.table, run_.state(), step.id());
    if (!called)
      if (auto renewed = renew(step); !renewed) return tl::unexpected(renewed.error());
    if (!called && !owes_an_end(step)) continue;
    const std::size_t before = ready.size();
    if (auto looked = look_at_step(step, world, ready); !looked) return tl::unexpected(looked.error());
    if (!called)
      ready.erase(std::remove_if(ready.begin() + static_cast<std::ptrdiff_t>(before), ready.end(), begins),
                  ready.end());
  }
  // What was begun is followed to its end; only nothing new begins.
  if (past) std::erase_if(ready, [](const Ready& one) { return one.what != Ready::What::recover; });
  for (const RunStep& step : run_.table.adhoc())
    if (has_open(step))
      if (auto looked = look_at_step(step, world, ready); !looked) return tl::unexpected(looked.error());
  return ready;
}

bool Schedule::any_has_begun(const RunStep& step) const {
  const auto& items = run_.state().items;
  for (auto it = items.lower_bound({step.id(), {}}); it != items.end() && it->first.step == step.id(); ++it)
    if (has_begun(step, it->second)) return true;
  return false;
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

Result<void> Schedule::look_at_step(const RunStep& step, const World& world, std::vector<Ready>& ready) {
  const ItemId whole{step.id(), {}};
  const bool expanded_before = expansions_.contains(step.id());
  const bool left_out = run_.item(whole).state == ItemState::skipped;
  if (left_out) {
    if (auto items = leave_items_out(step); !items) return items;
    if (!has_open(step)) return {};
  }
  const EdgeState edges = edges_of(run_.table, step, run_.state(), expansions_);
  if (!expanded_before) {
    // What has ended keeps its end, whatever became of the steps above it since: a rollback, a retry.
    if (edges.kind != EdgeState::Kind::satisfied && has_ended(run_.item(whole).state)) return {};
    switch (edges.kind) {
      case EdgeState::Kind::open:
        return {};
      case EdgeState::Kind::skipped:
        return note(whole, ItemState::skipped, edges.reason);
      case EdgeState::Kind::broken:
        // What was begun has an end, whatever became of the steps above it since.
        if (has_open(step)) break;
        return note(whole, ItemState::blocked, edges.reason);
      case EdgeState::Kind::satisfied:
        break;
    }
    auto expanded = expand(step);
    if (!expanded) return tl::unexpected(expanded.error());
    if (!*expanded) return {};
  }
  for (const Instance& instance : expansions_.at(step.id()))
    if (!left_out || run_.item(instance.id).open)
      if (auto looked = look_at_item(step, instance, edges, world, ready); !looked) return looked;
  return {};
}

/// What is said of a step as a whole counts for each of its items that did nothing, failed or was cancelled.
Result<void> Schedule::leave_items_out(const RunStep& step) {
  const std::string reason = run_.item({step.id(), {}}).reason;
  std::vector<ItemId> items;
  for (auto it = run_.state().items.upper_bound({step.id(), {}});
       it != run_.state().items.end() && it->first.step == step.id(); ++it) {
    const ItemState state = it->second.state;
    const bool in_the_way = has_ended(state) ? state == ItemState::failed || state == ItemState::cancelled
                                             : state != ItemState::in_doubt;
    if (in_the_way && !it->second.open) items.push_back(it->first);
  }
  for (const ItemId& id : items)
    if (auto noted = note(id, ItemState::skipped, reason); !noted) return noted;
  return {};
}

/// `if`, then what the step comes to. False where it comes to nothing; that is written down.
Result<bool> Schedule::expand(const RunStep& step) {
  const ItemId whole{step.id(), {}};
  const Value outputs = outputs_for(step, run_.state());
  const auto nothing = [&](ItemState state, const std::string& reason) -> Result<bool> {
    if (auto noted = note(whole, state, reason); !noted) return tl::unexpected(noted.error());
    return false;
  };
  if (!any_has_begun(step)) {
    auto condition = run_.table.condition(step, outputs);
    if (!condition) return nothing(ItemState::failed, "its `if`: " + one_line(condition.error()));
    if (!*condition)
      return nothing(ItemState::skipped, "its `if` is false: " + step.spec->condition->source());
  }
  auto instances = run_.table.instances(step, outputs);
  if (!instances) return nothing(ItemState::failed, one_line(instances.error()));
  if (!instances->waits_for.empty())
    return nothing(ItemState::failed, "it needs an output that " + instances->waits_for + " did not give");
  if (instances->list.empty()) return nothing(ItemState::done, "there is nothing to do it for");
  if (run_.item(whole).state == ItemState::blocked)
    if (auto noted = note(whole, ItemState::pending, {}); !noted) return tl::unexpected(noted.error());
  expansions_[step.id()] = std::move(instances->list);
  return true;
}

/// A look that may fail with a warning may also end with one; nobody's answer is ever made up.
Result<void> Schedule::give_up(const RunStep& step, const ItemId& id, const std::string& why) {
  if (!step.only_looks() || step.rules().on_fail.action != FailureRule::Action::warn)
    return note(id, ItemState::failed, why);
  const ItemRecord& record = run_.item(id);
  AttemptIntent looked;
  looked.effect = Effect::observe;
  looked.title = why;
  looked.fingerprint = record.fingerprint;
  AttemptResult ended;
  ended.state = ItemState::done;
  ended.verdict = Verdict::warn;
  ended.sentence = why + (record.sentence.empty() ? "" : "; last seen: " + record.sentence);
  ended.outputs = record.outputs;
  ended.evidence = record.evidence;
  return done(run_.journal.ended({{id, looked, ended}}));
}

Result<void> Schedule::look_at_item(const RunStep& step, const Instance& instance,
                                    const EdgeState& step_edges, const World& world,
                                    std::vector<Ready>& ready) {
  const ItemId& id = instance.id;
  if (world.under_way(id)) return {};
  const ItemRecord& record = run_.item(id);
  const Time now = run_.clock().now();

  if (record.open) {
    if (!world.host_answers(instance.standpoint.host)) return {};
    if (record.state == ItemState::in_doubt && doubts_.erase(id) == 0) return {};
    if (record.state == ItemState::waiting && record.next_look && *record.next_look > now) {
      due(*record.next_look);
      return {};
    }
    const bool broken = step_edges.kind == EdgeState::Kind::broken;
    ready.push_back({Ready::What::recover, &step, instance, broken});
    return {};
  }
  const bool too_late = record.deadline && *record.deadline <= now;
  if (const auto pause = owed_retry(step.rules(), record, step.effect); pause && !too_late) {
    // Killed between a failure and the note that it is tried again.
    const Time when{now.since_epoch + pause->value};
    return done(run_.journal.wait_armed(id, {ItemState::waiting, "it is tried again", when, {}, 0}));
  }
  if (owed_undo(step.rules(), run_.state(), id)) {
    if (world.host_answers(instance.standpoint.host)) ready.push_back({Ready::What::undo, &step, instance});
    return {};
  }
  if (record.deadline && !has_ended(record.state)) {
    if (too_late) return give_up(step, id, "its deadline has passed: " + to_local_string(*record.deadline));
    due(*record.deadline);
  }
  const bool waits = record.state == ItemState::waiting || record.state == ItemState::reconnecting;
  if (!waits && record.state != ItemState::pending && record.state != ItemState::blocked) return {};
  if (waits && record.next_look && *record.next_look > now) {
    due(*record.next_look);
    return {};
  }
  if (step.kind() == StepKind::wait && record.state == ItemState::waiting) {
    ready.push_back({Ready::What::ripe, &step, instance});
    return {};
  }
  const EdgeState edges = step_edges.kind != EdgeState::Kind::satisfied
                              ? step_edges
                              : joined_edges_of(run_.table, step, id, run_.state(), expansions_);
  if (edges.kind == EdgeState::Kind::open) return {};
  if (edges.kind != EdgeState::Kind::satisfied)
    return note(id, edges.kind == EdgeState::Kind::broken ? ItemState::blocked : ItemState::skipped,
                edges.reason);
  if (record.without_end >= kAttemptsWithoutEnd)
    return note(id, ItemState::in_doubt,
                "five attempts have no known end; look at what is there, then `retry`, `accept` or `skip`");
  if (!may_begin(step, instance, world, chosen_of_[step.id()])) return {};
  if (step.moves() && step.rules().window) {
    const Time opens = next_opening(*step.rules().window, now);
    if (opens > now)
      return done(run_.journal.wait_armed(
          id, {ItemState::waiting, "its window opens at " + to_local_string(opens), opens, {}, 0}));
  }
  if (step.moves()) {
    auto fresh = refresh(step, world, ready);
    if (!fresh) return tl::unexpected(fresh.error());
    if (!*fresh) return {};
  }
  if (step.rules().deadline && !record.deadline) {
    const Time deadline{now.since_epoch + step.rules().deadline->value};
    if (auto noted =
            run_.journal.step_state(id, {record.state, record.reason, record.next_look, deadline, 0});
        !noted)
      return tl::unexpected(noted.error());
    due(deadline);
  }
  ++chosen_of_[step.id()];
  ready.push_back({Ready::What::begin, &step, instance});
  return {};
}

bool Schedule::may_begin(const RunStep& step, const Instance& instance, const World& world, int begun) {
  if (world.under_way_of(step.id()) + begun >= step.parallel()) return false;
  if (!answer_both(instance.standpoint, world)) return false;
  if (stopped_by_failures(step, run_.state(), expansions_)) return false;
  if (!step.moves()) return true;
  if (!held_.empty() && !step.clean_up) return false;
  return true;
}

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
      if (!answer_both(instance.standpoint, world)) continue;
      if (!world.under_way(instance.id) && chosen_.insert(instance.id).second)
        ready.push_back({Ready::What::begin, above, instance});
    }
  }
  return fresh;
}

bool Schedule::ages(const RunStep& step, const ItemRecord& record) const {
  if (!step.only_looks() || !step.rules().fresh_for) return false;
  if (record.state != ItemState::done || !record.seen) return false;
  const auto now = run_.clock().now().since_epoch;
  // Seen in what is now the future: the clock was set back, or is another laptop's, and the age is not known.
  return record.seen->since_epoch > now || record.seen->since_epoch + step.rules().fresh_for->value <= now;
}

}  // namespace mxodus
