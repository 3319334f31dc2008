#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "orchestrator/run/attempt.h"
#include "orchestrator/run/host_slots.h"
#include "orchestrator/run/leases.h"
#include "orchestrator/run/outcome.h"
#include "orchestrator/run/run_context.h"

namespace mxodus {

/// Runs attempts: a fresh plan, the intent, the work, its end, the result. The intent of a change is durable
/// before it acts; what only looks is written down with what it has found. On the executor's thread; what
/// blocks runs on workers and comes back as a completion.
class Attempts {
 public:
  /// What an attempt may find that is not its own to settle.
  struct Callbacks {
    std::function<void(const std::string& host, const Error& why)> host_lost;
    std::function<void(const RunStep& step, const PlannedItem& planned)> asks;   ///< a person, as a gate does
    std::function<void(const RunStep& step, const PlannedItem& planned)> waits;  ///< time has to pass
    std::function<void(const PlannedItem& fresh, const std::string& why)> needs_word;
    std::function<void(const PlannedItem& fresh, const std::string& why)> drifted;
    /// Whether what the item waits for has ended well, still.
    std::function<bool(const RunStep& step, const ItemId& id)> may_still_begin;
    /// Whether a new change would not begin now, for what is above it or for its time.
    std::function<bool(const RunStep& step, const ItemId& id)> has_to_wait;
    /// Whether the gates above the item still hold; where not, they have been opened again.
    std::function<bool(const PlannedItem& fresh)> gates_hold;
    /// Whether nothing may change now, but what cleans up: a failure, a drift, a host that came back.
    std::function<bool()> held;
    /// Its host refused the undo of this result, or a secret was not to be had.
    std::function<void(const ItemId& id, std::int64_t result, const std::string& why)> undo_not_begun;
    std::function<void(const Error& why)> refused;       ///< a lease: the whole run is refused
    std::function<void(const Error& why)> cannot_write;  ///< the journal: nothing may act any more
  };

  Attempts(const RunContext& run, std::shared_ptr<Leases> leases, Callbacks callbacks)
      : run_(run), leases_(std::move(leases)), tell_(std::move(callbacks)) {}
  ~Attempts() { leave(); }
  Attempts(const Attempts&) = delete;
  Attempts& operator=(const Attempts&) = delete;

  /// Begins an attempt. False where its host has no free slot now.
  bool begin(const RunStep& step, const Instance& instance, std::int64_t decision = 0);
  /// Takes up an attempt that another process began and whose end is not known. With `only_look` it does not
  /// begin where it turns out that it never has.
  void recover(const RunStep& step, const Instance& instance, bool only_look = false);
  /// Takes back the effect of a finished change. False as above.
  bool undo(const RunStep& step, const Instance& instance, const FinishedChange& change, std::int64_t result,
            std::int64_t decision);
  /// Ends the jobs of an attempt, then the attempt; where a host gives no answer, again when it does. False
  /// where no jobs are followed, or a word ends them already.
  bool cancel(const ItemId& id, const std::string& why, std::int64_t decision);
  /// Whether an attempt that is under way is being ended by this decision.
  bool is_in_hand(std::int64_t decision) const;

  /// Looks at jobs that are due and at timeouts that have passed.
  void tick();
  /// Writes down what has ended since the last call, all of it with one sync of the journal. Until then it is
  /// under way.
  void write_down();
  /// Looks at every job now: the laptop has slept, or a host has come back.
  void hurry();
  /// Ends what can be ended early and begins nothing new from here on: looks, plans and the reading of files
  /// that ended jobs have left, never a job.
  void stop_looking();
  /// Asks everything in this process to end at once; jobs stay on their hosts.
  void leave();

  bool under_way(const ItemId& id) const { return attempts_.contains(id); }
  int under_way_of(const std::string& step) const;
  /// Another process has begun it, and what became of that is not seen yet.
  bool looks_for(const ItemId& id) const;
  /// Lets go of what another process has begun and this one has looked for in vain, since its host does not
  /// answer. False where it is seen, or not looked for yet.
  bool leave_unseen(const ItemId& id);
  /// Something that ends by itself soon, in this process or on a host that is watched.
  bool any_moving() const;
  bool any_working() const;  ///< in this process: not only followed jobs
  /// On the clock that counts the laptop's sleep.
  std::optional<std::chrono::milliseconds> next_due() const;
  const std::map<ItemId, Attempt>& all() const { return attempts_; }

 private:
  struct Judged {
    Finding finding;
    std::vector<KeptEvidence> evidence;
  };
  /// Blocking work of an attempt, and what is done with its answer if the attempt is still there.
  template <class Answer>
  void aside(Attempt& attempt, std::chrono::milliseconds limit,
             std::function<Result<Answer>(const Deadline&)> work,
             std::function<void(Attempt&, Result<Answer>)> take);

  struct Started {
    std::vector<FollowedJob> jobs;    ///< as the answers to their starts told them
    std::vector<std::string> leased;  ///< hosts whose lease was taken just now
    std::optional<Error> error;       ///< the first job that could not be started, or not for certain
  };

  Attempt* open(const RunStep& step, const Instance& instance);
  Attempt& hold(const RunStep& step, const Instance& instance, std::set<std::string> hosts);
  void drop(Attempt& attempt);
  void could_not_ask(Attempt& attempt, const Error& why);
  void look_later(Attempt& attempt, const Error& why);
  void plan(Attempt& attempt, void (Attempts::*take)(Attempt&, Result<ItemLook>));
  void planned(Attempt& attempt, Result<ItemLook> look);

  // attempts_act.cpp: from a plan to its work
  bool is_held(const Attempt& attempt) const;
  bool is_unwanted(const Attempt& attempt) const;
  bool is_overtaken(const Attempt& attempt) const;
  bool is_ended_by_word(Attempt& attempt, bool may_have_acted = false);
  bool heard_last_words();
  bool may_act(Attempt& attempt);
  bool may_begin_yet(const Attempt& attempt);
  void intend(Attempt& attempt, Result<Work> work);
  static void take_work(Attempt& attempt, Work work);
  bool take_slots_of_jobs(Attempt& attempt);
  void act(Attempt& attempt);
  void act_locally(Attempt& attempt);

  // attempts_end.cpp: what an attempt has come to
  void finish(Attempt& attempt);
  void conclude(Attempt& attempt, const Finding& finding, const std::string& code = {});
  ItemEnding judge(const Attempt& attempt, int failures, bool acted, AttemptResult& result);
  void conclude_undo(Attempt& attempt, const Finding& finding);
  void keep_evidence(const Attempt& attempt, AttemptResult& result);
  bool wrote(const Result<std::int64_t>& written);

  // attempts_undo.cpp
  void plan_undo(Attempt& attempt);
  void plan_undo_step(Attempt& attempt, const NestedStep& undo);
  void plan_undo_of_type(Attempt& attempt, const Value& undo);
  void undo_step_planned(Attempt& attempt, const ItemLook& look);
  void begin_undo(Attempt& attempt, Result<Work> work);
  void undo_without_work(Attempt& attempt, const Finding& finding);

  // attempts_jobs.cpp: from the start of jobs to their end
  void start_jobs(Attempt& attempt);
  void jobs_started(Attempt& attempt, const Started& started);
  static void has_reached(Attempt& attempt);
  void follow(Attempt& attempt);
  void look(Attempt& attempt);
  void looked(Attempt& attempt, JobFollower::Look look);
  void note_contact(Attempt& attempt, JobFollower::Contact before);
  void show_progress(Attempt& attempt);
  bool note_lease(const std::string& host);
  bool note_leases(const Attempt& attempt);
  void jobs_ended(Attempt& attempt);

  // attempts_limits.cpp: jobs that are to end before their time
  void check_timeout(Attempt& attempt);
  bool may_end_jobs(const Attempt& attempt, std::chrono::milliseconds allowed) const;
  void end_jobs(Attempt& attempt, const std::string& why);
  /// Before an attempt is closed whose jobs may still be on their way: their hosts keep them from beginning,
  /// then `then`. What came after all is ended and settled; where a host cannot be asked, the attempt stays
  /// open.
  void forestall(Attempt& attempt, std::function<void(Attempt&)> then);
  void could_not_forestall(Attempt& attempt, const Error& error);
  void could_not_end(Attempt& attempt, const std::string& why, const Error& error);

  // attempts_settle.cpp: what is in doubt
  void learn_secrets(Attempt& attempt, const std::set<std::string>& names);
  void take_up(Attempt& attempt);
  /// Ends an attempt as if its step had not begun, `pending` or `waiting`. Unless it may have acted all the
  /// same, it leaves nothing to take back.
  void put_back(Attempt& attempt, ItemState state, const std::string& why, bool may_have_acted = false);
  /// Ends an undo that never began: its item stands as it did before.
  void put_undo_back(Attempt& attempt, const std::string& why);
  /// Its jobs are not known to have reached their hosts.
  bool never_reached(const Attempt& attempt) const;
  void settle(Attempt& attempt);
  void settled(Attempt& attempt, Result<ItemLook> look);
  void conclude_cancelled(Attempt& attempt, const Result<ItemLook>& look);
  void leave_in_doubt(Attempt& attempt);

  const RunContext& run_;
  /// A worker that starts a job may outlive this.
  std::shared_ptr<Leases> leases_;
  Callbacks tell_;
  HostSlots slots_;
  /// On which jobs of the item were to run, beside its own host, when one of them had no free slot.
  std::map<ItemId, std::set<std::string>> further_hosts_;
  std::map<ItemId, Attempt> attempts_;
  bool stopping_ = false;              ///< the operator wants to leave
  std::stop_source reading_;           ///< of files of ended jobs
  std::vector<Journal::Ending> ends_;  ///< of attempts that are concluded
  /// Boottime since when something that is no host of the step could not be reached.
  std::map<ItemId, std::chrono::milliseconds> unreached_since_;
};

}  // namespace mxodus
