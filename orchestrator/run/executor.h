#pragma once

#include <map>
#include <memory>
#include <set>
#include <stop_token>

#include "orchestrator/run/decisions.h"
#include "orchestrator/run/host_watch.h"
#include "orchestrator/run/rollback.h"
#include "orchestrator/run/run_context.h"
#include "orchestrator/run/summary.h"
#include "orchestrator/run/tasks.h"

namespace mxodus {

/// Runs a plan to its end, or as far as it can be brought now. One loop on one thread that owns plan, journal
/// and observers: start what may start, wait for one thing to happen, write it down. Blocking code of steps
/// runs on workers; what waits (a job, a wait, a gate) holds no thread.
///
/// Begins a run and resumes one alike: what the journal says has happened is not done again.
class Executor {
 public:
  /// `stop`: the first Ctrl-C; nothing new begins, jobs stay on their hosts. `leave`: the second; run()
  /// returns at once. The journal holds at least run_opened, and its lock is held.
  Executor(const RunContext& run, std::stop_token stop, std::stop_token leave);

  /// Blocks. An error where the journal cannot be written: then nothing has been done that it does not say.
  Result<Summary> run();

  /// Runs the ad-hoc step `id`, which the journal holds already, and settles earlier ones that have no end.
  /// Nothing else of the run moves. The summary is about this step: its verdict decides the exit code. Blocks
  /// until it has ended or its host is out of sight.
  Result<Summary> run_adhoc(const ItemId& id);

  /// Looks once, before a rollback, at every change that was begun and whose end nobody has seen; begins
  /// nothing. The items whose work goes on on a host that answers: what they rest on must not be taken back.
  /// Blocks.
  Result<std::vector<ItemId>> look_at_what_was_begun();

  /// Takes finished changes back, in the order of `plan`, each after a fresh look; stops at the first that
  /// cannot be taken back. What has no undo is noted to stay: the caller has had a person's word on it.
  /// Blocks.
  Result<Summary> roll_back(const RollbackPlan& plan);

 private:
  Lease make_lease() const;
  Attempts::Callbacks attempt_callbacks();
  Result<void> arm(const PlannedItem& planned);
  Result<void> begin_what_may();
  Result<void> ask_about_hosts_again();
  std::string held_by_world() const;
  void show_stopping();
  void begin(const Schedule::Ready& ready);
  void take_completions();
  bool notice_sleep();
  bool anything_left() const;
  std::chrono::milliseconds until_next() const;
  Result<Summary> leave_run();
  void note_drift();
  Result<void> end_run();
  void release_leases(const std::vector<JobId>& keep, const std::map<std::string, std::string>& busy);
  void work_until_ended(const ItemId& id);
  void begin_adhoc(const RunStep& step);
  Result<void> try_again_what_somebody_was_to_mend();
  Result<void> close_adhoc(const std::string& why);
  std::string why_not_begun(const ItemId& id) const;

  const RunContext& run_;
  std::stop_token stop_;
  std::stop_token leave_;
  std::optional<Error> cannot_write_;
  Departure departure_;
  std::map<ItemId, std::string> drifts_;  ///< seen by this process, answered or not: why each is asked about
  std::vector<Summary::KeptLease> kept_leases_;
  std::set<std::int64_t> undos_not_begun_;  ///< by this process: of which results
  std::shared_ptr<Leases> leases_;
  Gates gates_;
  Attempts attempts_;
  HostWatch hosts_;
  Tasks tasks_;
  Schedule schedule_;
  Decisions decisions_;
  std::chrono::milliseconds slept_{0};  ///< of the laptop, since it was switched on
  bool stopping_shown_ = false;
};

}  // namespace mxodus
