#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/ids.h"
#include "orchestrator/core/quantity.h"
#include "orchestrator/journal/run_state.h"
#include "orchestrator/run/step_table.h"
#include "orchestrator/step_api/gate.h"

namespace mxodus {

/// The exit codes of `run` and `resume`; what scripts rely on.
enum class ExitCode {
  done = 0,
  failed = 1,
  parked = 4,    ///< for a human or for time
  refused = 5,   ///< stale plan, drift, lock, lease, policy
  in_doubt = 6,  ///< or unknown
  interrupted = 130
};

/// What to type next: whole command lines, each to be typed as it stands but for a "…".
struct NextCommand {
  std::string command;
  std::string then = {};     ///< after it
  std::string instead = {};  ///< in its place
};

/// How a process leaves a run: what is due when, what goes on without it, and what to type next.
struct Summary {
  ExitCode exit = ExitCode::done;
  std::string reason;  ///< one sentence

  struct Due {
    ItemId id;
    std::string what;  ///< "asks: …", "waits until …"
    std::optional<Time> when;
    std::optional<Question> question;  ///< of a gate
  };
  std::vector<Due> due;  ///< what waits for a person or for time
  struct Job {
    ItemId id;
    std::string host;
    std::string job;
  };
  std::vector<Job> going_on;  ///< jobs that run on while no mxodus does
  std::vector<std::string> down_hosts;
  struct KeptLease {
    std::string host;
    std::string why;  ///< it could not be given back
  };
  std::vector<KeptLease> kept_leases;  ///< of a run that has ended
  std::optional<Time> next_look;       ///< the earliest moment at which a resume can move anything
  NextCommand next;                    ///< to type
  std::optional<Value> outputs;        ///< of an ad-hoc step, if that is what it was about
};

/// What the process itself has seen, beside what the journal says.
struct Departure {
  bool interrupted = false;
  bool refused = false;        ///< a lease, drift
  std::string why;             ///< of refused
  std::string undo_not_begun;  ///< a sentence: whose undo, and what kept it
};

/// What keeps other steps blocked and is blocked itself by something else than a block; nullptr where nothing
/// is.
const std::pair<const ItemId, ItemRecord>* what_blocks(const RunState& state);

/// Where several exit codes apply the order is 6, 1, 5, 4; an interruption outranks them all, since nothing
/// was brought to its end.
Summary summarise(const StepTable& table, const RunState& state, const Departure& departure);

/// How a rollback leaves: done where everything that can be taken back is taken back, and nothing that was
/// begun is without an end.
Summary summarise_rollback(const StepTable& table, const RunState& state, const Departure& departure);

/// How the process leaves that has run the ad-hoc step `id`.
Summary summarise_adhoc(const StepTable& table, const ItemId& id, const RunState& state,
                        const Departure& departure);

/// Every step has ended well, was skipped or accepted, and no ad-hoc step is without an end.
bool is_complete(const StepTable& table, const RunState& state);

}  // namespace mxodus
