#include "orchestrator/run/schedule.h"

#include <algorithm>

#include "orchestrator/run/failure_rule.h"
#include "orchestrator/run/outcome.h"
#include "orchestrator/run/window.h"

namespace mxodus {
namespace {

constexpr int kAttemptsWithoutEnd = 5;

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

Result<std::vector<Schedule::Ready>> Schedule::look(const World& world) {
  std::vector<Ready> ready;
  next_due_.reset();
  chosen_.clear();
  chosen_of_.clear();
  held_ = world.held.empty() ? held_by(run_.table, run_.state(), expansions_) : world.held;
  if (world.stopping) return ready;
  forget_lists_looked_at_again(world);
  const bool past = past_until();
  for (const RunStep& step : run_.table.steps()) {
    const bool called = step.clean_up && called_for(run_.table, run_.state(), step.id());
    if (step.clean_up && !called)
      if (auto renewed = renew(step); !renewed) return tl::unexpected(renewed.error());
    // What was begun is followed to its end, or taken back and cleaned up after; only nothing new begins.
    const bool only_ends = step.clean_up ? !called : past;
    if (only_ends && !owes_an_end(step)) continue;
    const auto before = static_cast<std::ptrdiff_t>(ready.size());
    if (auto looked = look_at_step(step, world, ready); !looked) return tl::unexpected(looked.error());
    if (only_ends) ready.erase(std::remove_if(ready.begin() + before, ready.end(), begins), ready.end());
  }
  // Of a process that has just resumed: only now it is known what the steps have come to.
  if (!past && past_until())
    std::erase_if(ready, [](const Ready& one) { return begins(one) && !one.step->clean_up; });
  for (const RunStep& step : run_.table.adhoc())
    if (auto looked = follow_what_is_open(step, world, ready); !looked) return tl::unexpected(looked.error());
  return ready;
}

bool Schedule::any_has_begun(const RunStep& step) const {
  const auto& items = run_.state().items;
  for (auto it = items.lower_bound({step.id(), {}}); it != items.end() && it->first.step == step.id(); ++it)
    if (has_begun(step, it->second)) return true;
  return false;
}

Result<void> Schedule::look_at_step(const RunStep& step, const World& world, std::vector<Ready>& ready) {
  const ItemId whole{step.id(), {}};
  if (auto followed = follow_what_is_open(step, world, ready); !followed) return followed;
  if (run_.item(whole).state == ItemState::skipped) return leave_items_out(step);
  const EdgeState edges = edges_of(run_.table, step, run_.state(), expansions_);
  if (!expansions_.contains(step.id())) {
    if (is_accepted_without_items(step)) return {};
    // What has ended keeps its end, whatever became of the steps above it since: a rollback, a retry.
    const bool may_change = !has_ended(run_.item(whole).state) && !has_open(step);
    if (edges.kind != EdgeState::Kind::satisfied && !may_change) return {};
    switch (edges.kind) {
      case EdgeState::Kind::open:
        return {};
      case EdgeState::Kind::skipped:
        return note(whole, ItemState::skipped, edges.reason);
      case EdgeState::Kind::broken:
        return note(whole, ItemState::blocked, edges.reason);
      case EdgeState::Kind::satisfied:
        break;
    }
    auto expanded = expand_fresh(step, world, ready);
    if (!expanded) return tl::unexpected(expanded.error());
    if (!*expanded) return {};
  }
  for (const Instance& instance : expansions_.at(step.id()))
    if (!run_.item(instance.id).open)
      if (auto looked = look_at_item(step, instance, edges, world, ready); !looked) return looked;
  return {};
}

bool Schedule::may_still_begin(const RunStep& step, const ItemId& id) const {
  return edges_of(run_.table, step, run_.state(), expansions_).kind == EdgeState::Kind::satisfied &&
         joined_edges_of(run_.table, step, id, run_.state(), expansions_).kind == EdgeState::Kind::satisfied;
}

/// What was begun has an end, whatever became since of its step, of the list it came from and of the steps
/// above.
Result<void> Schedule::follow_what_is_open(const RunStep& step, const World& world,
                                           std::vector<Ready>& ready) {
  std::vector<ItemId> open;
  const auto& items = run_.state().items;
  for (auto it = items.lower_bound({step.id(), {}}); it != items.end() && it->first.step == step.id(); ++it)
    if (it->second.open && !world.under_way(it->first)) open.push_back(it->first);
  if (open.empty()) return {};
  const EdgeState edges = edges_of(run_.table, step, run_.state(), expansions_);
  const Value outputs = outputs_for(step, run_.state());
  for (const ItemId& id : open)
    if (auto looked = look_at_item(step, run_.table.instance(step, id, outputs), edges, world, ready);
        !looked)
      return looked;
  return {};
}

/// The word stands in spite of an `if` or a list that failed, whatever they give later: what waits for the
/// step may have gone on.
bool Schedule::is_accepted_without_items(const RunStep& step) const {
  const auto& items = run_.state().items;
  const auto whole = items.find({step.id(), {}});
  if (whole == items.end() || whole->second.state != ItemState::accepted) return false;
  const auto next = std::next(whole);
  return next == items.end() || next->first.step != step.id();
}

/// What is said of a step as a whole counts for each of its items that did nothing; a skip also for what
/// failed or was cancelled, which an `accept` is said of by itself.
Result<void> Schedule::leave_items_out(const RunStep& step) {
  const ItemRecord& whole = run_.item({step.id(), {}});
  const std::string reason = whole.reason;
  const bool accepted = whole.state == ItemState::accepted;
  std::vector<ItemId> items;
  for (auto it = run_.state().items.upper_bound({step.id(), {}});
       it != run_.state().items.end() && it->first.step == step.id(); ++it) {
    const ItemState state = it->second.state;
    const bool in_the_way = has_ended(state)
                                ? !accepted && (state == ItemState::failed || state == ItemState::cancelled)
                                : state != ItemState::in_doubt;
    if (in_the_way && !it->second.open) items.push_back(it->first);
  }
  for (const ItemId& id : items)
    if (auto noted = note(id, ItemState::skipped, reason); !noted) return noted;
  return {};
}

/// What an `if` and a list are taken from ages like all that a change or a gate rests on.
Result<bool> Schedule::expand_fresh(const RunStep& step, const World& world, std::vector<Ready>& ready) {
  const bool first = !has_ended(run_.item({step.id(), {}}).state) && !any_has_begun(step);
  if (step.moves() && first) {
    auto fresh = refresh(step, world, ready);
    if (!fresh || !*fresh) return fresh;
  }
  return expand(step);
}

/// `if`, then what the step comes to. False where it comes to nothing; that is written down.
Result<bool> Schedule::expand(const RunStep& step) {
  const ItemId whole{step.id(), {}};
  const Value outputs = outputs_for(step, run_.state());
  const auto nothing = [&](ItemState state, const std::string& reason) -> Result<bool> {
    if (has_open(step)) return false;  // what it has begun has its own end first
    if (run_.item(whole).state == ItemState::accepted) {
      if (auto left_out = leave_items_out(step); !left_out) return tl::unexpected(left_out.error());
      return false;
    }
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
    const bool satisfied =
        step_edges.kind == EdgeState::Kind::satisfied &&
        joined_edges_of(run_.table, step, id, run_.state(), expansions_).kind == EdgeState::Kind::satisfied;
    ready.push_back({Ready::What::recover, &step, instance, !satisfied});
    return {};
  }
  const bool too_late = is_too_late(record);
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
  if (!world.answers(instance.standpoint)) return false;
  if (stopped_by_failures(run_.table, step, run_.state(), expansions_)) return false;
  if (!step.moves()) return true;
  if (!held_.empty() && !step.clean_up) return false;
  return true;
}

}  // namespace mxodus
