#include <algorithm>

#include "orchestrator/core/parallel.h"
#include "orchestrator/core/quantity.h"
#include "orchestrator/run/attempts_aside.h"

namespace mxodus {
namespace {

constexpr std::chrono::milliseconds kCancelLimit{90'000};  // TERM, 30 s, KILL, seen gone

/// Ends the job where there is one. False where it never came to be: then nothing runs there either.
Result<bool> end_job(HostDirectory& hosts, const FollowedJob& job, const Deadline& deadline) {
  auto host = jobs_of(hosts, job.host);
  if (!host) return tl::unexpected(host.error());
  auto ended = (*host)->cancel(job.id, deadline);
  if (ended) return true;
  if (ended.error().code == "job.absent") return false;
  return tl::unexpected(Error(ended.error()).within("host " + job.host));
}

/// Ends each of them, whatever becomes of the others. Whether any was there.
Result<bool> end_each(HostDirectory& hosts, const std::vector<FollowedJob>& jobs, const Deadline& deadline) {
  std::vector<Result<bool>> ended(jobs.size());
  in_parallel(jobs.size(), jobs.size(), [&](std::size_t n) { ended[n] = end_job(hosts, jobs[n], deadline); });
  bool any = false;
  for (const Result<bool>& one : ended) {
    if (!one) return one;
    any = any || *one;
  }
  return any;
}

}  // namespace

void Attempts::check_timeout(Attempt& attempt) {
  const StepRules& rules = attempt.step->rules();
  const ItemRecord& record = run_.item(attempt.id);
  if (attempt.overdue || !record.open || !attempt.reached) return;
  const auto begun = record.open->begun.since_epoch;
  std::optional<std::chrono::milliseconds> allowed;
  if (rules.timeout) allowed = rules.timeout->value;
  const bool by_deadline =
      record.deadline && !attempt.undoes && (!allowed || record.deadline->since_epoch < begun + *allowed);
  if (by_deadline) allowed = record.deadline->since_epoch - begun;
  if (!allowed || run_.clock().now().since_epoch < begun + *allowed) return;
  const std::string limit = by_deadline ? "its deadline, " + to_local_string(*record.deadline)
                                        : "its timeout of " + to_string(*rules.timeout);
  if (rules.cancel_on_timeout) {
    if (!may_end_jobs(attempt, *allowed)) return;
    attempt.late = by_deadline;
    return end_jobs(attempt, "ended after " + limit);
  }
  attempt.overdue = true;
  wrote(run_.journal.step_state(
      attempt.id,
      {ItemState::running,
       "still running after " + limit + "; it goes on on its host, `cancel " + attempt.id.step + "` ends it",
       {},
       {},
       0}));
}

/// Whether the jobs of an attempt whose time is up can be ended now. A clock that was set forward makes no
/// job old: what their hosts say of their age counts as well.
bool Attempts::may_end_jobs(const Attempt& attempt, std::chrono::milliseconds allowed) const {
  if (attempt.follower->silent() || run_.clock().boottime() < attempt.cancel_again) return false;
  const auto& jobs = attempt.follower->jobs();
  return std::any_of(jobs.begin(), jobs.end(), [&](const FollowedJob& job) {
    return !job.ended() && (!job.status.elapsed || job.status.elapsed->value >= allowed);
  });
}

bool Attempts::cancel(const ItemId& id, const std::string& why, std::int64_t decision) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end() || found->second.phase != Attempt::Phase::following) return false;
  found->second.decision = decision;
  end_jobs(found->second, why);
  return true;
}

void Attempts::end_jobs(Attempt& attempt, const std::string& why) {
  attempt.phase = Attempt::Phase::cancelling;
  aside<bool>(
      attempt, kCancelLimit,
      [&environment = run_.environment, jobs = attempt.follower->jobs()](const Deadline& deadline) {
        return end_each(environment.hosts, jobs, deadline);
      },
      [this, why](Attempt& a, Result<bool> ended) {
        if (ended) {
          a.reached = a.reached || *ended;
          a.ended_by = why;
          return settle(a);
        }
        a.phase = Attempt::Phase::following;
        a.cancel_again = run_.clock().boottime() + run_.options.times.follow.each_reconnect;
        const std::string reason = "it could not be ended: " + one_line(ended.error());
        if (!a.decision && run_.item(a.id).reason == reason) return;
        wrote(run_.journal.step_state(a.id, {ItemState::running, reason, {}, {}, a.decision}));
        a.decision = 0;
      });
}

}  // namespace mxodus
