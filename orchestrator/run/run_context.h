#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "orchestrator/journal/evidence.h"
#include "orchestrator/journal/journal.h"
#include "orchestrator/plan/environment.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/run/job_follower.h"
#include "orchestrator/run/observer.h"
#include "orchestrator/run/step_table.h"
#include "orchestrator/run/workers.h"

namespace mxodus {

/// How often things are looked at. Tests shorten nothing: their clock passes at once.
struct RunTimes {
  FollowTimes follow;
  std::chrono::milliseconds decisions{500};        ///< between two looks for decisions of other terminals
  std::chrono::milliseconds down_host{20'000};     ///< between two looks at a host that may be down
  std::chrono::milliseconds probe_limit{120'000};  ///< for a probe whose step has no timeout
  std::chrono::milliseconds local_work_limit{600'000};  ///< for work in this process, likewise
};

struct RunOptions {
  Duration stay{std::chrono::minutes(15)};  ///< how long to wait for something that will move
  std::string until;                        ///< a step or stage after which nothing more begins
  std::string laptop;                       ///< who holds the leases
  std::string who;
  std::string mxodus_version;
  std::optional<std::uint64_t> take_over;  ///< the token of the lease that the operator takes over
  std::string take_over_why;
  /// How old a look of the plan may be to stand for the run's own first look at a step; zero: every step is
  /// looked at again.
  Duration plan_looks_stand{std::chrono::seconds(0)};
  RunTimes times;
};

/// Keeps one thing that an attempt has seen, within what its budget leaves; durable when it returns. Gives
/// the name to be written into the event.
using KeepEvidence = std::function<Result<std::string>(std::string_view content, EvidenceBudget&)>;

/// What the parts of the executor share. Journal, observers and workers.next() belong to its thread; the rest
/// may be read by workers. Everything outlives the executor.
struct RunContext {
  const StepTable& table;
  const Plan& plan;
  Journal& journal;
  const Environment& environment;
  Workers& workers;
  KeepEvidence keep_evidence;
  std::vector<Observer*> observers;
  RunOptions options;

  const Clock& clock() const { return environment.clock; }
  const RunState& state() const { return journal.state(); }
  const ItemRecord& item(const ItemId& id) const { return journal.state().item(id); }
  void show(const RunEvent& event) const {
    for (Observer* observer : observers) observer->see(event);
  }
};

}  // namespace mxodus
