#pragma once

#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "orchestrator/journal/event_data.h"
#include "orchestrator/plan/attempt_context.h"
#include "orchestrator/run/job_follower.h"
#include "orchestrator/run/step_table.h"
#include "orchestrator/step_api/work.h"

namespace mxodus {

/// An attempt of one item while it is under way in this process.
struct Attempt {
  enum class Phase {
    planning,    ///< a fresh probe and plan are being made
    starting,    ///< its jobs are being handed to their hosts, or its local work runs
    following,   ///< its jobs run; nothing in this process does, but for a look now and then
    finishing,   ///< its end is being judged
    cancelling,  ///< its jobs are being ended
    concluded,   ///< its end is known and about to be written down
  };

  ItemId id;
  const RunStep* step = nullptr;
  Instance instance;
  Phase phase = Phase::planning;
  std::stop_source stop;

  PlannedItem planned;  ///< what it is to do; after a resume, what its intent says
  std::vector<KeptEvidence> evidence;
  std::optional<Time> looked_at;  ///< where the look was the plan's
  const StepType* type = nullptr;
  std::vector<JobSpec> jobs;
  std::optional<LocalWork> local;
  std::int64_t undoes = 0;    ///< the result whose effect it takes back
  std::int64_t decision = 0;  ///< what asked for it, or what ended it
  std::string ended_by;       ///< why its jobs were cancelled, or are to be: a sentence

  std::optional<JobFollower> follower;
  std::optional<StateChange> again;  ///< when it is tried again, once its end is written down
  bool asked_wrongly = false;        ///< no later look can find anything else
  std::optional<Error> start_broke;  ///< its jobs could not be handed over for a reason of this process
  bool looking = false;
  bool reached = false;        ///< its jobs are known to have reached their hosts
  bool may_come = false;       ///< a start of its jobs that nobody heard of may still reach their hosts
  bool asked_in_vain = false;  ///< a host to keep its jobs from beginning
  bool recovered = false;      ///< begun by another process: its jobs are asked before anything else
  bool only_looks = false;     ///< taken up to learn its end: what has not begun does not begin any more
  bool overdue = false;        ///< its time is up and its job was left running
  bool late = false;           ///< its deadline passed while its jobs ran: however they end, it has failed
  std::chrono::milliseconds cancel_again{0};  ///< boottime before which its jobs are not ended again

  std::set<std::string> hosts;  ///< on which it holds a slot
};

/// The jobs of one attempt, in the order of its work: "RUN.restore.1", a second one "RUN.restore.1.b".
std::vector<JobRef> name_jobs(const std::string& run, const ItemId& id, int attempt,
                              const std::vector<JobSpec>& jobs);

/// What the intent keeps of the plan, so that another process can judge the end or begin again; and back.
Value intent_plan(const PlannedItem& item);
Result<PlannedItem> planned_from_intent(const AttemptIntent& intent);

}  // namespace mxodus
