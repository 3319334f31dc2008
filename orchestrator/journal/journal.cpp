#include "orchestrator/journal/journal.h"

#include "orchestrator/core/outputs.h"

namespace mxodus {
namespace {

tl::unexpected<Error> attempt_open(const ItemId& id) {
  return fail(ErrorKind::internal, "journal.attempt-open",
              to_string(id) + " has an attempt without an end; another one must not begin");
}

tl::unexpected<Error> no_attempt(EventType type, const ItemId& id) {
  return fail(ErrorKind::internal, "journal.no-attempt",
              std::string(to_string(type)) + " of " + to_string(id) + ", which has no attempt under way");
}

}  // namespace

Result<Journal> Journal::open(std::unique_ptr<JournalStore> store, const Clock& clock,
                              const Redactor& redactor) {
  Journal journal(std::move(store), clock, redactor);
  if (auto read = journal.poll(); !read) return tl::unexpected(read.error());
  return journal;
}

Result<void> Journal::poll() {
  const auto events = store_->read(state_.last);
  if (!events) return tl::unexpected(events.error());
  for (const Event& event : *events) {
    apply(state_, event);
    if (observer_) observer_(event);
  }
  return {};
}

Event Journal::event(EventType type, const ItemId& id, int attempt, const Value& data) const {
  Event event;
  event.utc = clock_->now();
  event.boottime = clock_->boottime();
  event.type = type;
  event.id = id;
  event.attempt = attempt;
  event.data = redacted(data, *redactor_);
  return event;
}

Result<std::int64_t> Journal::append_all(std::vector<Event> events) {
  auto n = store_->append_all(std::move(events));
  if (!n) return n;
  // Read back instead of folded from memory: events of others may lie between, and their order counts.
  if (auto read = poll(); !read) return tl::unexpected(read.error());
  return n;
}

Result<std::int64_t> Journal::append(EventType type, const ItemId& id, int attempt, const Value& data) {
  return append_all({event(type, id, attempt, data)});
}

Result<std::int64_t> Journal::begin(EventType type, const ItemId& id, const AttemptIntent& data) {
  if (state_.item(id).open) return attempt_open(id);
  return append(type, id, next_attempt(id), encode(data));
}

Result<std::int64_t> Journal::append_to_open_attempt(EventType type, const ItemId& id, const Value& data) {
  const auto& open = state_.item(id).open;
  if (!open) return no_attempt(type, id);
  return append(type, id, open->number, data);
}

Result<std::int64_t> Journal::intent(const ItemId& id, const AttemptIntent& data) {
  return begin(EventType::attempt_intent, id, data);
}
Result<std::int64_t> Journal::undo_intent(const ItemId& id, const AttemptIntent& data) {
  return begin(EventType::undo_intent, id, data);
}
Result<std::int64_t> Journal::attached(const ItemId& id, const JobRef& job) {
  return append_to_open_attempt(EventType::attempt_attached, id, encode(job));
}
Result<std::int64_t> Journal::progress(const ItemId& id, const Value& data) {
  return append_to_open_attempt(EventType::attempt_progress, id, data);
}
Result<std::int64_t> Journal::in_doubt(const ItemId& id, const std::string& reason) {
  return append_to_open_attempt(EventType::attempt_in_doubt, id,
                                encode(StateChange{ItemState::in_doubt, reason}));
}
Result<std::int64_t> Journal::result(const ItemId& id, const AttemptResult& data) {
  return ended({{id, std::nullopt, data}});
}

Result<std::int64_t> Journal::ended(const std::vector<Ending>& endings) {
  std::vector<Event> events;
  for (const Ending& ending : endings)
    if (auto added = add_ending(events, ending); !added) return tl::unexpected(added.error());
  return append_all(std::move(events));
}

Result<void> Journal::add_ending(std::vector<Event>& events, const Ending& ending) const {
  const auto& [id, looked, result] = ending;
  const auto& open = state_.item(id).open;
  const EventType type = open && open->undo ? EventType::undo_result : EventType::attempt_result;
  if (looked && open) return attempt_open(id);
  if (!looked && !open) return no_attempt(type, id);
  if (const Size size = size_of_outputs(result.outputs); size > largest_outputs)
    return fail(ErrorKind::invalid, "journal.outputs-too-large",
                "the outputs of " + to_string(id) + " are " + to_string(size) + "; " +
                    to_string(largest_outputs) + " is the most");
  const int number = open ? open->number : next_attempt(id);
  if (looked) events.push_back(event(EventType::attempt_intent, id, number, encode(*looked)));
  events.push_back(event(type, id, number, encode(result)));
  return {};
}

Result<std::int64_t> Journal::run_opened(const RunOpened& data) {
  return append(EventType::run_opened, {}, 0, encode(data));
}
Result<std::int64_t> Journal::run_resumed(const RunResumed& data) {
  return append(EventType::run_resumed, {}, 0, encode(data));
}
Result<std::int64_t> Journal::run_parked(const RunStopped& data) {
  return append(EventType::run_parked, {}, 0, encode(data));
}
Result<std::int64_t> Journal::run_ended(const RunStopped& data) {
  return append(EventType::run_ended, {}, 0, encode(data));
}
Result<std::int64_t> Journal::revision(const Revision& data) {
  return append(EventType::revision, {}, 0, encode(data));
}
Result<std::int64_t> Journal::planned(const ItemId& id, const Value& late_plan) {
  return append(EventType::planned, id, 0, late_plan);
}
Result<std::int64_t> Journal::step_state(const ItemId& id, const StateChange& data) {
  return append(EventType::step_state, id, 0, encode(data));
}
Result<std::int64_t> Journal::wait_armed(const ItemId& id, StateChange data) {
  data.state = ItemState::waiting;
  return append(EventType::wait_armed, id, 0, encode(data));
}
Result<std::int64_t> Journal::gate_opened(const ItemId& id, const GateOpened& data) {
  return append(EventType::gate_opened, id, 0, encode(data));
}
Result<std::int64_t> Journal::gate_answered(const ItemId& id, const GateAnswered& data) {
  return append(EventType::gate_answered, id, 0, encode(data));
}
Result<std::int64_t> Journal::observation(const ItemId& id, const Observation& data) {
  return append(EventType::observation, id, 0, encode(data));
}
Result<std::int64_t> Journal::drift(const ItemId& id, const Sentence& data) {
  return append(EventType::drift, id, 0, encode(data));
}
Result<std::int64_t> Journal::adhoc(const ItemId& id, const Adhoc& data) {
  return append(EventType::adhoc, id, 0, encode(data));
}
Result<std::int64_t> Journal::host_lost(const HostSeen& data) {
  return append(EventType::host_lost, {}, 0, encode(data));
}
Result<std::int64_t> Journal::host_back(const HostSeen& data) {
  return append(EventType::host_back, {}, 0, encode(data));
}
Result<std::int64_t> Journal::lease_taken(const LeaseHeld& data) {
  return append(EventType::lease_taken, {}, 0, encode(data));
}
Result<std::int64_t> Journal::lease_released(const LeaseHeld& data) {
  return append(EventType::lease_released, {}, 0, encode(data));
}

Result<std::int64_t> Journal::decide(EventType type, const ItemId& id, const DecisionData& data) {
  if (!is_decision(type))
    return fail(ErrorKind::internal, "journal.no-decision", std::string(to_string(type)) + " is no decision");
  return append(type, id, 0, encode(data));
}
Result<std::int64_t> Journal::decision_refused(const Decision& decision, const std::string& why) {
  return append(EventType::decision_refused, decision.id, 0, encode(Sentence{why, decision.n, {}}));
}

}  // namespace mxodus
