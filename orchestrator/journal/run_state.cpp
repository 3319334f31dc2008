#include "orchestrator/journal/run_state.h"

#include <algorithm>
#include <utility>

#include "orchestrator/journal/never_began.h"

namespace mxodus {
namespace {

void enter(ItemRecord& item, ItemState state, const Event& event) {
  item.state = state;
  if (has_ended(state)) item.ended = event.utc;
  // A failure may be tried again within the same deadline.
  if (has_ended(state) && state != ItemState::failed) item.deadline.reset();
  if (state != ItemState::gate) item.gate.reset();
  if (state != ItemState::waiting && state != ItemState::reconnecting) item.next_look.reset();
}

void begin_attempt(ItemRecord& item, const Event& event) {
  item.attempts = std::max(item.attempts, event.attempt);
  ++item.without_end;
  if (!item.begun) item.begun = event.utc;
  item.open = OpenAttempt{event.attempt, event.n, event.utc, decode<AttemptIntent>(event.data),
                          event.type == EventType::undo_intent};
  item.open->before = {item.state, std::exchange(item.evidence, {}), item.next_look, item.gate};
  item.reason.clear();
  enter(item, ItemState::running, event);
}

void attach(ItemRecord& item, const Event& event) {
  if (!item.open) return;
  auto job = decode<JobRef>(event.data);
  auto& jobs = item.open->intent.jobs;
  if (!job.id.empty() && std::find(jobs.begin(), jobs.end(), job) == jobs.end())
    jobs.push_back(std::move(job));
  item.reason.clear();
  enter(item, ItemState::running, event);
}

/// Keeps what rollback needs of an attempt that has ended.
void record_change(RunState& state, const OpenAttempt& attempt, ItemState result, const std::string& code,
                   const Event& event) {
  if (code == never_began_code) return;
  if (attempt.undo) {
    if (result == ItemState::undone) state.changes.erase(attempt.intent.undoes);
  } else if (attempt.intent.effect != Effect::observe) {
    state.changes[event.n] = {event.id, attempt.number, result, attempt.intent};
  }
}

/// What was to be taken back stands as it did: as a step that has not begun it would be done once more.
void undo_never_began(ItemRecord& item, std::string why) {
  StoodBefore before = std::move(item.open->before);
  item.open.reset();
  item.without_end = 0;
  item.state = before.state;
  item.evidence = std::move(before.evidence);
  item.next_look = before.next_look;
  item.gate = std::move(before.gate);
  item.reason = std::move(why);
}

void end_attempt(RunState& state, ItemRecord& item, const Event& event) {
  auto result = decode<AttemptResult>(event.data);
  if (item.open && item.open->undo && result.code == never_began_code)
    return undo_never_began(item, std::move(result.sentence));
  if (item.open) {
    record_change(state, *item.open, result.state, result.code, event);
    if (!item.open->undo) item.fingerprint = item.open->intent.fingerprint;
    item.open.reset();
  }
  item.without_end = 0;
  // What was put back before it began has neither failed nor gone well.
  const bool put_back = result.state == ItemState::pending || result.code == never_began_code;
  if (event.type == EventType::attempt_result && !put_back)
    item.failures = result.state == ItemState::failed ? item.failures + 1 : 0;
  item.verdict = result.verdict;
  item.sentence = std::move(result.sentence);
  item.code = std::move(result.code);
  item.evidence = std::move(result.evidence);
  if (event.type == EventType::attempt_result) item.outputs = std::move(result.outputs);
  item.seen = result.looked_at.value_or(event.utc);
  item.reason.clear();
  enter(item, result.state, event);
}

/// An open attempt goes with a change to pending (a look has shown that it did nothing) or to a state that
/// has ended (the operator's word, and then its effect may be there).
void close_attempt(RunState& state, ItemRecord& item, ItemState target, const Event& event) {
  if (!item.open || !(has_ended(target) || target == ItemState::pending)) return;
  if (target != ItemState::pending) record_change(state, *item.open, target, {}, event);
  item.open.reset();
}

void change_state(RunState& state, ItemRecord& item, ItemState target, const Event& event) {
  close_attempt(state, item, target, event);
  auto change = decode<StateChange>(event.data);
  item.reason = std::move(change.reason);
  if (event.type == EventType::step_state &&
      (target == ItemState::failed || target == ItemState::cancelled)) {
    // What the last look saw, maybe that all is well, is not why it ended so.
    item.sentence = item.reason + (item.sentence.empty() ? "" : "; last seen: " + item.sentence);
    if (item.verdict != Verdict::unknown) item.verdict = Verdict::fail;
  }
  if (target == ItemState::pending && has_ended(item.state)) item.deadline.reset();
  if (target == ItemState::skipped && change.decision == 0)
    item.settled_by.reset();  // by an `if`, or with another
  enter(item, target, event);
  if (change.next_look) item.next_look = change.next_look;
  if (change.deadline) item.deadline = change.deadline;
}

void look_again(ItemRecord& item, const Event& event) {
  auto seen = decode<Observation>(event.data);
  item.verdict = seen.verdict;
  item.sentence = std::move(seen.sentence);
  item.outputs = std::move(seen.outputs);
  item.evidence = std::move(seen.evidence);
  item.seen = event.utc;
}

void answer_gate(ItemRecord& item, const Event& event) {
  auto answer = decode<GateAnswered>(event.data);
  const ItemState next = answer.state;
  if (item.gate) item.gate->answers.push_back(std::move(answer));
  enter(item, next, event);
}

/// Events about one item. False for a type that is about the run.
bool apply_to_item(RunState& state, const Event& event) {
  const auto item = [&]() -> ItemRecord& { return state.items[event.id]; };
  switch (event.type) {
    case EventType::attempt_intent:
    case EventType::undo_intent:
      begin_attempt(item(), event);
      for (const JobRef& job : item().open->intent.jobs) state.begun_on.insert(job.host);
      return true;
    case EventType::attempt_attached:
      attach(item(), event);
      return true;
    case EventType::attempt_progress:
      if (item().open) item().open->progress = event.data;
      return true;
    case EventType::attempt_result:
    case EventType::undo_result:
      end_attempt(state, item(), event);
      return true;
    case EventType::attempt_in_doubt:
      if (item().open) item().open->doubted = true;
      change_state(state, item(), ItemState::in_doubt, event);
      return true;
    case EventType::wait_armed:
      change_state(state, item(), ItemState::waiting, event);
      return true;
    case EventType::step_state:
      change_state(state, item(), decode<StateChange>(event.data).state, event);
      return true;
    case EventType::gate_opened:
      enter(item(), ItemState::gate, event);
      item().gate = OpenGate{event.n, event.utc, decode<GateOpened>(event.data)};
      return true;
    case EventType::gate_answered:
      answer_gate(item(), event);
      return true;
    case EventType::observation:
      look_again(item(), event);
      return true;
    case EventType::planned:
      item().late_plan = event.data;
      return true;
    case EventType::adhoc:
      item().adhoc = decode<Adhoc>(event.data);
      return true;
    default:
      return false;
  }
}

Remark remark(const Event& event, std::string who, std::string text) {
  return {event.n, event.utc, event.id, std::move(who), std::move(text)};
}

/// What a step was and did goes on under its new name.
void rename_step(RunState& state, const std::string& from, const std::string& to) {
  for (auto it = state.items.lower_bound({from, {}}); it != state.items.end() && it->first.step == from;) {
    auto item = state.items.extract(it++);
    item.key().step = to;
    state.items.insert(std::move(item));
  }
  for (auto& [n, change] : state.changes)
    if (change.id.step == from) change.id.step = to;
  for (auto& [n, decision] : state.open_decisions)
    if (decision.id.step == from) decision.id.step = to;
}

void revise(RunState& state, const Event& event) {
  const Revision& revision = state.revisions.emplace_back(decode<Revision>(event.data));
  if (const auto* renamed = revision.renamed.get<ValueMap>())
    for (const auto& [from, to] : *renamed) rename_step(state, from, to_string(to));
}

void apply_to_run(RunState& state, const Event& event) {
  switch (event.type) {
    case EventType::run_opened:
      state.opened = decode<RunOpened>(event.data);
      state.opened_at = event.utc;
      state.phase = RunPhase::open;
      break;
    case EventType::run_resumed:
      ++state.resumes;
      state.phase = RunPhase::open;
      state.stopped.reset();
      break;
    case EventType::run_parked:
    case EventType::run_ended:
      state.phase = event.type == EventType::run_ended ? RunPhase::ended : RunPhase::parked;
      state.stopped = decode<RunStopped>(event.data);
      break;
    case EventType::revision:
      revise(state, event);
      break;
    case EventType::host_lost: {
      auto seen = decode<HostSeen>(event.data);
      state.lost_hosts.try_emplace(seen.host, LostHost{event.utc, std::move(seen.reason)});
      break;
    }
    case EventType::host_back:
      state.lost_hosts.erase(decode<HostSeen>(event.data).host);
      break;
    case EventType::lease_taken: {
      auto lease = decode<LeaseHeld>(event.data);
      state.leases[lease.host] = lease;
      break;
    }
    case EventType::lease_released:
      state.leases.erase(decode<LeaseHeld>(event.data).host);
      state.begun_on.erase(decode<LeaseHeld>(event.data).host);
      break;
    case EventType::note: {
      auto note = decode<DecisionData>(event.data);
      state.notes.push_back(remark(event, std::move(note.who), std::move(note.why)));
      break;
    }
    case EventType::drift:
      state.drifts.push_back(remark(event, {}, decode<Sentence>(event.data).sentence));
      break;
    case EventType::decision_refused:
      state.refused_decisions.push_back(remark(event, {}, decode<Sentence>(event.data).sentence));
      break;
    default:
      if (is_decision(event.type))
        state.open_decisions[event.n] = {event.n, event.type, event.id, event.utc,
                                         decode<DecisionData>(event.data)};
  }
}

/// An event of the run that names a decision takes it up.
void consume_decision(RunState& state, const Event& event) {
  const Value* named = event.data.find("decision");
  const auto* n = named ? named->get<std::int64_t>() : nullptr;
  if (!n || is_decision(event.type)) return;
  auto taken = state.open_decisions.extract(*n);
  if (taken.empty() || event.type == EventType::decision_refused || event.id.step.empty()) return;
  ItemRecord& item = state.items[event.id];
  if (taken.mapped().type == EventType::retry) item.failures = item.without_end = 0;
  item.settled_by = std::move(taken.mapped());
}

}  // namespace

const ItemRecord& RunState::item(const ItemId& id) const {
  static const ItemRecord untouched;
  auto found = items.find(id);
  return found == items.end() ? untouched : found->second;
}

bool RunState::revised(const std::string& step) const {
  return std::any_of(revisions.begin(), revisions.end(), [&](const Revision& revision) {
    if (revision.changes.find(step)) return true;
    const auto* renamed = revision.renamed.get<ValueMap>();
    return renamed && std::any_of(renamed->begin(), renamed->end(),
                                  [&](const auto& entry) { return entry.second == Value(step); });
  });
}

void apply(RunState& state, const Event& event) {
  if (event.n <= state.last) return;
  state.last = event.n;
  state.last_time = event.utc;
  consume_decision(state, event);
  if (!apply_to_item(state, event)) apply_to_run(state, event);
}

}  // namespace mxodus
