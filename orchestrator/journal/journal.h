#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/redactor.h"
#include "orchestrator/journal/run_state.h"
#include "orchestrator/journal/store.h"

namespace mxodus {

/// The journal of one run as the engine uses it: writes down, with the time and without secrets, and keeps
/// the state that follows. For one thread; opening and reading it takes no lock. Whoever drives the run holds
/// the RunLock besides; decisions and notes are appended without it.
///
/// What an append returns is the number of its event, durable by then. On an error nothing may be done that
/// was to be recorded first.
class Journal {
 public:
  /// Reads and checks everything that is there. `clock` and `redactor` must outlive the journal.
  static Result<Journal> open(std::unique_ptr<JournalStore> store, const Clock& clock,
                              const Redactor& redactor);

  /// The fold of every event seen so far, this process's own included. What is inside may be gone after the
  /// next append or poll(): a decision that is taken up leaves open_decisions, so copy what must outlive it.
  const RunState& state() const { return state_; }

  /// Is told every event that is folded from now on, own and foreign, in order, right after it was folded.
  void observe(std::function<void(const Event&)> observer) { observer_ = std::move(observer); }

  /// Folds what other processes have appended. Cheap enough for several calls a second.
  Result<void> poll();

  Result<std::int64_t> run_opened(const RunOpened& data);
  Result<std::int64_t> run_resumed(const RunResumed& data);
  Result<std::int64_t> run_parked(const RunStopped& data);
  Result<std::int64_t> run_ended(const RunStopped& data);
  Result<std::int64_t> revision(const Revision& data);
  Result<std::int64_t> planned(const ItemId& id, const Value& late_plan);

  /// The number that the next attempt of this item must have; job ids are made of it.
  int next_attempt(const ItemId& id) const { return state_.item(id).attempts + 1; }
  /// Begins attempt next_attempt(id). An error ("journal.attempt-open") while an attempt of this item has no
  /// end. What is in doubt is settled first: attached(), result(), or step_state() to pending where a look
  /// has shown that it did nothing (item.without_end goes on counting then).
  Result<std::int64_t> intent(const ItemId& id, const AttemptIntent& data);
  Result<std::int64_t> undo_intent(const ItemId& id, const AttemptIntent& data);
  // Of the open attempt of this item; an error where there is none.
  Result<std::int64_t> attached(const ItemId& id, const JobRef& job);
  Result<std::int64_t> progress(const ItemId& id, const Value& data);
  Result<std::int64_t> in_doubt(const ItemId& id, const std::string& reason);
  /// Outputs of 64 KiB at most ("journal.outputs-too-large").
  Result<std::int64_t> result(const ItemId& id, const AttemptResult& data);

  /// How an attempt ended.
  struct Ending {
    ItemId id;
    /// Of a look, which has no attempt open: it changes nothing, so what it was to do need not be known
    /// before.
    std::optional<AttemptIntent> looked;
    AttemptResult result;
  };
  /// The results of several items, and with them the intents of those that only looked, durable together:
  /// all of them or none. Each item once; errors as of intent() and result(). `endings` is not empty.
  Result<std::int64_t> ended(const std::vector<Ending>& endings);

  Result<std::int64_t> step_state(const ItemId& id, const StateChange& data);
  Result<std::int64_t> wait_armed(const ItemId& id, StateChange data);
  Result<std::int64_t> gate_opened(const ItemId& id, const GateOpened& data);
  Result<std::int64_t> gate_answered(const ItemId& id, const GateAnswered& data);
  Result<std::int64_t> observation(const ItemId& id, const Observation& data);
  Result<std::int64_t> drift(const ItemId& id, const Sentence& data);
  Result<std::int64_t> adhoc(const ItemId& id, const Adhoc& data);

  Result<std::int64_t> host_lost(const HostSeen& data);
  Result<std::int64_t> host_back(const HostSeen& data);
  Result<std::int64_t> lease_taken(const LeaseHeld& data);
  Result<std::int64_t> lease_released(const LeaseHeld& data);

  /// A decision of a person: `type` is one for which is_decision() holds. Needs no lock.
  Result<std::int64_t> decide(EventType type, const ItemId& id, const DecisionData& data);
  Result<std::int64_t> decision_refused(const Decision& decision, const std::string& why);

 private:
  Journal(std::unique_ptr<JournalStore> store, const Clock& clock, const Redactor& redactor)
      : store_(std::move(store)), clock_(&clock), redactor_(&redactor) {}

  Event event(EventType type, const ItemId& id, int attempt, const Value& data) const;
  Result<void> add_ending(std::vector<Event>& events, const Ending& ending) const;
  Result<std::int64_t> append_all(std::vector<Event> events);
  Result<std::int64_t> append(EventType type, const ItemId& id, int attempt, const Value& data);
  Result<std::int64_t> append_to_open_attempt(EventType type, const ItemId& id, const Value& data);
  Result<std::int64_t> begin(EventType type, const ItemId& id, const AttemptIntent& data);

  std::unique_ptr<JournalStore> store_;
  const Clock* clock_;
  const Redactor* redactor_;
  RunState state_;
  std::function<void(const Event&)> observer_;
};

}  // namespace mxodus
