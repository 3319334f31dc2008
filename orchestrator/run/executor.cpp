#include "orchestrator/run/executor.h"

#include <algorithm>

#include "orchestrator/core/advice.h"
#include "orchestrator/journal/never_began.h"
#include "orchestrator/run/crash_point.h"
#include "orchestrator/run/failure_rule.h"

namespace mxodus {
namespace {

constexpr std::chrono::milliseconds kSleepNoticed{3'000};

}  // namespace

Executor::Executor(const RunContext& run, std::stop_token stop, std::stop_token leave)
    : run_(run),
      stop_(std::move(stop)),
      leave_(std::move(leave)),
      leases_(std::make_shared<Leases>(make_lease(), run.options.take_over)),
      gates_(run),
      attempts_(run, leases_, attempt_callbacks()),
      hosts_(run, {[this](const Error& why) { cannot_write_ = why; },
                   [this](const std::string& host) {
                     if (auto opened = gates_.open_for_host(host); !opened) cannot_write_ = opened.error();
                   }}),
      tasks_(run, [this](const Error& why) { cannot_write_ = why; }),
      schedule_(run),
      decisions_(run, gates_, attempts_, schedule_, hosts_),
      slept_(run.clock().boottime() - run.clock().monotonic()) {}

Lease Executor::make_lease() const {
  Lease lease;
  lease.run = run_.state().opened.run;
  lease.lineage = run_.state().opened.lineage;
  lease.laptop = run_.options.laptop;
  lease.who = run_.options.who;
  // A later run has a later token; a take-over outranks the token that it takes over; a resumed run keeps its
  // own.
  lease.token = static_cast<std::uint64_t>(run_.state().opened_at.since_epoch.count());
  for (const auto& [host, held] : run_.state().leases)
    lease.token = std::max(lease.token, static_cast<std::uint64_t>(held.token));
  if (run_.options.take_over) lease.token = std::max(lease.token, *run_.options.take_over + 1);
  return lease;
}

Attempts::Callbacks Executor::attempt_callbacks() {
  const auto write = [this](const auto& written) {
    if (!written) cannot_write_ = written.error();
    return written.has_value();
  };
  Attempts::Callbacks tell;
  tell.host_lost = [this](const std::string& host, const Error& why) { hosts_.lost(host, why); };
  tell.asks = [=, this](const RunStep& step, const PlannedItem& planned) {
    write(gates_.open(step, planned));
  };
  tell.waits = [=, this](const RunStep&, const PlannedItem& planned) { write(arm(planned)); };
  tell.needs_word = [=, this](const PlannedItem& fresh, const std::string& why) {
    write(gates_.open_for_plan(fresh, why));
  };
  tell.drifted = [=, this](const PlannedItem& fresh, const std::string& why) {
    Sentence drift{why, 0, {}};
    const PlannedItem* reviewed = run_.plan.find(fresh.id);
    drift.details =
        ValueMap{{"reviewed", reviewed ? intent_plan(*reviewed) : Value()}, {"now", intent_plan(fresh)}};
    drifts_[fresh.id] = why;
    if (write(run_.journal.drift(fresh.id, drift))) write(gates_.open_for_plan(fresh, why, true));
  };
  tell.may_still_begin = [this](const RunStep& step, const ItemId& id) {
    return schedule_.may_still_begin(step, id);
  };
  tell.has_to_wait = [this](const RunStep& step, const ItemId& id) {
    return schedule_.has_to_wait(step, id);
  };
  tell.gates_hold = [=, this](const PlannedItem& fresh) {
    auto hold = gates_.hold_above(fresh.id);
    return write(hold) && *hold;
  };
  // What it has waited for, since it began to look, may have come to something else meanwhile.
  tell.held = [this] {
    return !held_by_world().empty() || !held_by(run_.table, run_.state(), schedule_.expansions()).empty();
  };
  tell.undo_not_begun = [this](const ItemId& id, std::int64_t result, const std::string& why) {
    undos_not_begun_.insert(result);
    departure_.undo_not_begun = "the undo of " + to_string(id) + " has not begun: " + why;
  };
  tell.refused = [this](const Error& why) {
    departure_.refused = true;
    departure_.why = with_advice(why);
  };
  tell.cannot_write = [this](const Error& why) { cannot_write_ = why; };
  return tell;
}

/// A wait: its end is fixed when it begins, so that no restart moves it.
Result<void> Executor::arm(const PlannedItem& planned) {
  const Params params(planned.params);
  Time ends = run_.clock().now();
  if (const auto length = params.duration("for")) ends.since_epoch += length->value;
  if (const auto moment = params.time("at")) ends = *moment;
  auto armed = run_.journal.wait_armed(planned.id, {ItemState::waiting, planned.step.summary, ends, {}, 0});
  if (!armed) return tl::unexpected(armed.error());
  crash::here("wait-parked");
  return {};
}

/// Whoever resumes has mended what was missing, such as a secret, or has come to see that it still is.
Result<void> Executor::try_again_what_somebody_was_to_mend() {
  std::vector<std::pair<ItemId, std::string>> waiting;
  for (const auto& [id, item] : run_.state().items)
    if (item.state == ItemState::waiting && (item.code == never_began_code || item.open))
      waiting.emplace_back(id, item.reason);
  for (const auto& [id, reason] : waiting)
    if (auto due = run_.journal.wait_armed(id, {ItemState::waiting, reason, run_.clock().now(), {}, 0}); !due)
      return tl::unexpected(due.error());
  return {};
}

Result<Summary> Executor::run() {
  if (run_.state().last > 1) {
    auto resumed =
        run_.journal.run_resumed({run_.options.laptop, run_.options.who, run_.options.mxodus_version});
    if (!resumed) return tl::unexpected(resumed.error());
    if (auto due = try_again_what_somebody_was_to_mend(); !due) return tl::unexpected(due.error());
    if (auto asked = gates_.ask_anew_after_edit(); !asked) return tl::unexpected(asked.error());
  }
  if (auto closed = close_adhoc("mxodus was ended before"); !closed) return tl::unexpected(closed.error());
  hosts_.begin();
  while (!leave_.stop_requested() && !cannot_write_) {
    if (auto taken = decisions_.take_up(); !taken) cannot_write_ = taken.error();
    if (decisions_.end() && !attempts_.any_working()) break;
    if (notice_sleep()) {
      hosts_.hurry();
      attempts_.hurry();
    }
    hosts_.tick();
    if (!stop_.stop_requested()) tasks_.tick();
    attempts_.tick();
    if (!cannot_write_)
      if (auto begun = begin_what_may(); !begun) cannot_write_ = begun.error();
    if (cannot_write_ || !anything_left()) break;
    take_completions();
  }
  attempts_.leave();
  if (cannot_write_) return tl::unexpected(*cannot_write_);
  if (decisions_.end()) {
    if (auto ended = end_run(); !ended) return tl::unexpected(ended.error());
  }
  return leave_run();
}

/// Waits for one thing to happen. One sync of the journal, and one look at what may begin, serve for
/// everything that has ended by then.
void Executor::take_completions() {
  auto completion = run_.workers.next(until_next());
  for (; completion && !cannot_write_; completion = run_.workers.next(std::chrono::milliseconds(0))) {
    if (stop_.stop_requested()) show_stopping();  // before a look that has just ended leads to anything
    (*completion)();
  }
  if (!cannot_write_) attempts_.write_down();
}

bool Executor::notice_sleep() {
  const auto slept = run_.clock().boottime() - run_.clock().monotonic();
  const bool noticed = slept - slept_ >= kSleepNoticed;
  if (noticed) run_.show(LaptopSlept{Duration{slept - slept_}});
  slept_ = std::max(slept_, slept);
  return noticed;
}

/// After a `retry` of the word on a host that came back, by whatever process takes it up.
Result<void> Executor::ask_about_hosts_again() {
  std::vector<std::string> hosts;
  const std::string prefix = host_item({}).step;
  for (const auto& [id, item] : run_.state().items)
    if (is_of_a_host(id) && item.state == ItemState::pending) hosts.push_back(id.step.substr(prefix.size()));
  for (const std::string& host : hosts)
    if (auto opened = gates_.open_for_host(host); !opened) return opened;
  return {};
}

void Executor::show_stopping() {
  if (!stopping_shown_) run_.show(Stopping{});
  stopping_shown_ = true;
  attempts_.stop_looking();
}

/// Why nothing that changes or asks may begin, beside failures; empty where it may.
std::string Executor::held_by_world() const {
  if (const std::string item = gates_.drifted(); !item.empty())
    return item + " is no longer what was reviewed";
  if (gates_.host_waits()) return "a host that was down has come back";
  if (const std::string host = hosts_.not_looked_at(); !host.empty())
    return "whether " + host + " is back is being looked at first";
  return departure_.refused ? departure_.why : std::string();
}

Result<void> Executor::begin_what_may() {
  if (auto asked = ask_about_hosts_again(); !asked) return asked;
  Schedule::World world;
  world.under_way = [this](const ItemId& id) { return attempts_.under_way(id); };
  world.under_way_of = [this](const std::string& step) { return attempts_.under_way_of(step); };
  world.host_answers = [this](const std::string& host) { return hosts_.answers(host); };
  world.stopping = stop_.stop_requested() || decisions_.end().has_value();
  world.held = held_by_world();
  if (world.stopping) show_stopping();
  // What was written down may let the next step begin: look until nothing follows any more.
  for (std::int64_t before = -1; before != run_.state().last && !cannot_write_;) {
    before = run_.state().last;
    auto ready = schedule_.look(world);
    if (!ready) return tl::unexpected(ready.error());
    // What has begun already holds its slots before anything new takes one.
    std::stable_partition(ready->begin(), ready->end(), [](const Schedule::Ready& one) {
      return one.what == Schedule::Ready::What::recover;
    });
    for (const Schedule::Ready& one : *ready) begin(one);
  }
  return {};
}

void Executor::begin(const Schedule::Ready& ready) {
  const ItemId& id = ready.instance.id;
  switch (ready.what) {
    case Schedule::Ready::What::begin:
      if (!decisions_.holds_back(*ready.step)) attempts_.begin(*ready.step, ready.instance);
      return;
    case Schedule::Ready::What::recover:
      attempts_.recover(*ready.step, ready.instance, ready.only_look);
      return;
    case Schedule::Ready::What::ripe:
      if (auto written = run_.journal.step_state(id, {ItemState::done, "the time has passed", {}, {}, 0});
          !written)
        cannot_write_ = written.error();
      return;
    case Schedule::Ready::What::undo:
      if (const auto result = owed_undo(ready.step->rules(), run_.state(), id);
          result && !undos_not_begun_.contains(*result))
        attempts_.undo(*ready.step, ready.instance, run_.state().changes.at(*result), *result, 0);
  }
}

bool Executor::anything_left() const {
  if (attempts_.any_working()) return true;
  if (stop_.stop_requested()) return false;
  if (is_complete(run_.table, run_.state())) return false;
  if (attempts_.any_moving() || hosts_.any_reconnecting() || hosts_.looking()) return true;
  // A task is looked at while the process lives; a person's pace alone does not keep it alive.
  if (tasks_.looking()) return true;
  const auto due = schedule_.next_due();
  return due && due->since_epoch - run_.clock().now().since_epoch <= run_.options.stay.value;
}

std::chrono::milliseconds Executor::until_next() const {
  auto wait = run_.options.times.decisions;
  const auto boot = run_.clock().boottime();
  for (const auto& due : {attempts_.next_due(), hosts_.next_due(), tasks_.next_due()})
    if (due) wait = std::min(wait, *due - boot);
  if (schedule_.next_due())
    wait = std::min(wait, schedule_.next_due()->since_epoch - run_.clock().now().since_epoch);
  return std::max(wait, std::chrono::milliseconds(1));
}

}  // namespace mxodus
