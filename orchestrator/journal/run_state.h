#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/core/ids.h"
#include "orchestrator/journal/event.h"
#include "orchestrator/journal/event_data.h"

namespace mxodus {

/// A question that stands.
struct OpenGate {
  std::int64_t n = 0;  ///< of its gate_opened; decisions name it
  Time since;
  GateOpened asked;
  std::vector<GateAnswered> answers;  ///< so far, where several people must say yes
  bool operator==(const OpenGate&) const = default;
};

/// How an item stood before its attempt.
struct StoodBefore {
  ItemState state = ItemState::pending;
  std::vector<std::string> evidence;
  std::optional<Time> next_look;
  std::optional<OpenGate> gate;
  bool operator==(const StoodBefore&) const = default;
};

/// An attempt that was begun and whose end is not recorded.
struct OpenAttempt {
  int number = 0;
  std::int64_t n = 0;  ///< of its intent
  Time begun;
  AttemptIntent intent;  ///< jobs: also those it was attached to later
  bool undo = false;     ///< it takes an effect back
  Value progress;        ///< the last attempt_progress
  /// Was in doubt, and nothing has told its end since, whatever the item's state is while it is looked for
  /// again.
  bool doubted = false;
  StoodBefore before;
  bool operator==(const OpenAttempt&) const = default;
};

/// What somebody decided.
struct Decision {
  std::int64_t n = 0;
  EventType type = EventType::note;
  ItemId id;
  Time when;
  DecisionData data;
  bool operator==(const Decision&) const = default;
};

/// Everything the journal knows of one step or item.
struct ItemRecord {
  ItemState state = ItemState::pending;
  std::string reason;  ///< why it is blocked, waiting, skipped, in doubt…

  int attempts = 0;     ///< begun so far, undo included; the number of the last one
  int without_end = 0;  ///< intents since the last result or `retry`
  int failures = 0;     ///< results `failed` in a row since the last `retry`, those of undos left out
  std::optional<OpenAttempt> open;

  // Of the last attempt that ended, or of the last fresh look.
  std::optional<Verdict> verdict;
  std::string sentence;
  std::string code;  ///< of the error that it ended with
  Value outputs;
  std::vector<std::string> evidence;
  std::string fingerprint;
  std::optional<Time> seen;  ///< how old outputs and verdict are

  std::optional<Time> begun;  ///< the first intent
  std::optional<Time> ended;  ///< the last change to a state that has ended
  std::optional<Time> next_look;
  std::optional<Time> deadline;
  std::optional<OpenGate> gate;
  std::optional<Decision> settled_by;  ///< the last decision taken up for it
  Value late_plan;                     ///< data of its last `planned`
  std::optional<Adhoc> adhoc;          ///< it came from `do`, not from the playbook
  bool operator==(const ItemRecord&) const = default;
};

/// What it did is not known, also while it is looked for again.
inline bool is_in_doubt(const ItemRecord& record) {
  return record.state == ItemState::in_doubt || (record.open && record.open->doubted);
}

/// An attempt with an effect, ended and not undone: what a rollback has to look at.
struct FinishedChange {
  ItemId id;
  int attempt = 0;
  ItemState state = ItemState::in_doubt;  ///< that its result gave; a failed change may be half made
  AttemptIntent intent;
  bool operator==(const FinishedChange&) const = default;
};

/// A line about the run or an item: a note, a drift, a refused decision.
struct Remark {
  std::int64_t n = 0;
  Time when;
  ItemId id;
  std::string who;
  std::string text;
  bool operator==(const Remark&) const = default;
};

struct LostHost {
  Time since;
  std::string reason;
  bool operator==(const LostHost&) const = default;
};

enum class RunPhase {
  not_begun,
  open,    ///< a process drives it, or was killed while driving it
  parked,  ///< no process drives it; `resume` goes on
  ended,
};

/// Where a run stands: the fold of its events, and of nothing else.
struct RunState {
  std::int64_t last = 0;  ///< number of the last event folded
  Time last_time;
  RunPhase phase = RunPhase::not_begun;
  RunOpened opened;
  Time opened_at;
  int resumes = 0;
  std::optional<RunStopped> stopped;  ///< while parked or ended

  std::map<ItemId, ItemRecord> items;               ///< only those that an event was about
  std::map<std::int64_t, FinishedChange> changes;   ///< by the number of the event that ended it
  std::map<std::int64_t, Decision> open_decisions;  ///< not yet taken up, by number
  std::map<std::string, LostHost> lost_hosts;
  std::map<std::string, LeaseHeld> leases;  ///< by host
  /// Hosts for which a job was intended: whoever was killed then may hold a lease that is not in `leases`.
  std::set<std::string> begun_on;
  std::vector<Revision> revisions;
  std::vector<Remark> notes;
  std::vector<Remark> drifts;
  std::vector<Remark> refused_decisions;

  /// Whether an edit of the playbook has touched the step since the plan was reviewed.
  bool revised(const std::string& step) const;

  /// The item's record, or that of one to which nothing has happened.
  const ItemRecord& item(const ItemId& id) const;

  bool operator==(const RunState&) const = default;
};

/// Folds the next event in. Events up to `state.last` change nothing. Of an unrecognised one only the
/// decision that it names counts: taken up by a newer mxodus, it must not be taken up again. The cost does
/// not grow with the length of the journal.
void apply(RunState& state, const Event& event);

}  // namespace mxodus
