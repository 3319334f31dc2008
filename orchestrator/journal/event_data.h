#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/quantity.h"
#include "orchestrator/core/value.h"
#include "orchestrator/core/verdict.h"
#include "orchestrator/journal/item_state.h"

namespace mxodus {

// What `data` of an event holds, by type. Members that are empty are not written; members that are missing or
// of another kind keep the value given here, which is the most careful one. Members may be added to the
// format, never renamed.
//
// `decision` is everywhere the number of the decision event that this event takes up, 0 for none. From then
// on the decision is consumed.

struct RunOpened {
  std::string run;
  std::string name;             ///< of the playbook
  std::string playbook_digest;  ///< SHA-256 of its bytes; the bytes are in the run directory
  Value inputs;
  Value hosts;  ///< host name -> identity (host-key fingerprint, machine id…)
  std::string lineage;
  std::int64_t serial = 0;
  std::string plan_digest;
  std::string laptop;
  std::string user;
  std::string mxodus_version;
  std::string
      plan_file;  ///< that was reviewed and given to `run --plan`; empty where the run made its plan itself
  bool operator==(const RunOpened&) const = default;
};

struct RunResumed {
  std::string laptop;
  std::string user;
  std::string mxodus_version;
  bool operator==(const RunResumed&) const = default;
};

/// run_parked and run_ended.
struct RunStopped {
  int exit_code = 0;
  std::string reason;
  std::optional<Time> next_look;  ///< the earliest moment at which a resume can move anything
  std::int64_t decision = 0;      ///< the `end` that asked for it
  bool operator==(const RunStopped&) const = default;
};

struct Revision {
  int number = 0;  ///< 1 is the playbook that the run was opened with
  std::string playbook_digest;
  Value changes;  ///< as shown: step -> what changed
  Value renamed;  ///< finished step -> its new name
  bool operator==(const Revision&) const = default;
};

struct JobRef {
  std::string host;
  std::string id;
  bool operator==(const JobRef&) const = default;
};

/// attempt_intent and undo_intent.
struct AttemptIntent {
  std::string title;  ///< for people: "restic restore 9644354b to /var/vmail"
  Effect effect = Effect::permanent;
  std::string fingerprint;
  std::vector<JobRef> jobs;   ///< that it may start
  Value undo;                 ///< all that undo needs, looked up before the change
  std::int64_t undoes = 0;    ///< undo_intent: the attempt_result whose effect it takes back
  std::int64_t decision = 0;  ///< the `retry` that asked for it
  Value plan;                 ///< what it is to do: whoever resumes judges its end by this
  bool operator==(const AttemptIntent&) const = default;
};

/// attempt_result and undo_result.
struct AttemptResult {
  /// Where the item stands now; of an undo that never began, the undo: its item stands as it did before.
  ItemState state = ItemState::in_doubt;
  std::optional<Verdict> verdict;
  std::string sentence;
  Value outputs;
  std::vector<std::string> evidence;  ///< names in the evidence store
  std::int64_t decision = 0;          ///< the `cancel` that ended it, the `answer` that settled the doubt
  std::string code;  ///< of the error that it ended with, where it did: some may not be accepted
  std::vector<std::string> evidence_titles;  ///< what each of `evidence` is: "restic-snapshots.json"
  std::optional<Time> looked_at;             ///< where that was before the attempt: while it was planned
  bool operator==(const AttemptResult&) const = default;
};

/// step_state, wait_armed (waiting) and attempt_in_doubt (in_doubt).
struct StateChange {
  ItemState state = ItemState::pending;
  std::string reason;  ///< a sentence
  std::optional<Time> next_look;
  std::optional<Time> deadline;  ///< bounds everything, parking included; stays until the item has ended
  std::int64_t decision = 0;
  bool operator==(const StateChange&) const = default;
};

struct GateOpened {
  std::string kind;  ///< approve, choose, answer, checklist, task, late_plan
  std::string question;
  std::string
      digest;  ///< of the question as shown, the outputs under it and the plan of the changes behind it
  std::vector<std::string> options;
  int people = 1;  ///< how many different people must say yes
  bool drift =
      false;  ///< of a late_plan: what was reviewed no longer holds, and every change waits for the word
  bool operator==(const GateOpened&) const = default;
};

/// The run took up a decision on a gate.
struct GateAnswered {
  ItemState state = ItemState::gate;  ///< where the item stands now; `gate`: more people must answer
  std::int64_t gate = 0;              ///< number of its gate_opened
  std::int64_t decision = 0;
  std::string kind;  ///< approve, reject, answer, skip…
  std::string who;
  std::string from;  ///< terminal, or address it was given from
  std::optional<Time> when;
  std::string why;
  Value value;
  bool operator==(const GateAnswered&) const = default;
};

/// approve, reject, answer, accept, skip, cancel, retry, note, end.
struct DecisionData {
  std::int64_t answers = 0;  ///< number of the event it answers: a gate_opened, an attempt_result…
  std::string digest;        ///< of the gate, as it was shown to whoever decided
  std::string who;
  std::string from;
  std::string why;  ///< for a note: its text
  Value value;      ///< the answer
  bool operator==(const DecisionData&) const = default;
};

/// decision_refused, drift and the like: a sentence about an item or the run.
struct Sentence {
  std::string sentence;
  std::int64_t decision = 0;
  Value details;
  bool operator==(const Sentence&) const = default;
};

/// host_lost and host_back.
struct HostSeen {
  std::string host;
  std::string reason;
  bool operator==(const HostSeen&) const = default;
};

/// lease_taken and lease_released.
struct LeaseHeld {
  std::string host;
  std::int64_t token = 0;
  std::string reason;  ///< of a take-over
  bool operator==(const LeaseHeld&) const = default;
};

/// A fresh look at something that had ended. The item keeps its state.
struct Observation {
  std::optional<Verdict> verdict;
  std::string sentence;
  Value outputs;
  std::vector<std::string> evidence;
  bool operator==(const Observation&) const = default;
};

/// `do`: an ad-hoc step. Its parameters are `argv` and `effect`; it is item `do.N`, which no playbook can
/// have.
struct Adhoc {
  std::string uses;  ///< the step type that runs it
  std::string host;
  std::vector<std::string> argv;
  Effect effect = Effect::permanent;
  std::string who;
  std::string from;
  std::string why;
  bool operator==(const Adhoc&) const = default;
};

/// T is one of the types above.
template <class T>
Value encode(const T& data);
template <class T>
T decode(const Value& value);

}  // namespace mxodus
