#include <algorithm>
#include <utility>

#include "orchestrator/core/advice.h"
#include "orchestrator/core/parallel.h"
#include "orchestrator/core/quantity.h"
#include "orchestrator/run/attempts_aside.h"

namespace mxodus {
namespace {

constexpr std::chrono::milliseconds kCancelLimit{90'000};  // TERM, 30 s, KILL, seen gone

/// Ends the job where there is one. Nothing where it never came to be: then nothing runs there either.
Result<std::optional<JobStatus>> end_job(HostDirectory& hosts, const FollowedJob& job,
                                         const Deadline& deadline) {
  auto host = jobs_of(hosts, job.host);
  if (!host) return tl::unexpected(host.error());
  auto ended = (*host)->cancel(job.id, deadline);
  if (ended) return *ended;
  if (ended.error().code == "job.absent") return std::nullopt;
  return tl::unexpected(Error(ended.error()).within("host " + job.host));
}

/// Ends each of them, whatever becomes of the others. Those that were there, as they have ended.
Result<std::vector<FollowedJob>> end_each(HostDirectory& hosts, const std::vector<FollowedJob>& jobs,
                                          const Deadline& deadline) {
  std::vector<Result<std::optional<JobStatus>>> ended(jobs.size());
  in_parallel(jobs.size(), jobs.size(), [&](std::size_t n) { ended[n] = end_job(hosts, jobs[n], deadline); });
  std::vector<FollowedJob> there;
  for (std::size_t n = 0; n < jobs.size(); ++n) {
    if (!ended[n]) return tl::unexpected(ended[n].error());
    if (*ended[n]) there.push_back({jobs[n].host, jobs[n].id, **ended[n]});
  }
  return there;
}

/// By itself, before it could be ended: what our TERM and KILL leave is another status, unless a script traps
/// them.
bool ended_by_itself(const FollowedJob& job) {
  const auto* done = std::get_if<JobDone>(&job.status.state);
  return done && done->exit_status != 143 && done->exit_status != 137;
}

bool gave_no_answer(const Error& error) {
  if (error.code == "job.not-ended") return false;  // it was asked, and this is its answer
  return error.kind == ErrorKind::unreachable || error.kind == ErrorKind::no_answer ||
         error.kind == ErrorKind::cancelled;
}

}  // namespace

void Attempts::check_timeout(Attempt& attempt) {
  const StepRules& rules = attempt.step->rules();
  const ItemRecord& record = run_.item(attempt.id);
  if (attempt.overdue || attempt.decision || !record.open || !attempt.reached) return;
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
  if (found->second.decision) return false;
  found->second.decision = decision;
  end_jobs(found->second, why);
  return true;
}

bool Attempts::is_in_hand(std::int64_t decision) const {
  return std::any_of(attempts_.begin(), attempts_.end(),
                     [&](const auto& entry) { return entry.second.decision == decision; });
}

void Attempts::end_jobs(Attempt& attempt, const std::string& why) {
  attempt.phase = Attempt::Phase::cancelling;
  aside<std::vector<FollowedJob>>(
      attempt, kCancelLimit,
      [&environment = run_.environment, jobs = attempt.follower->jobs()](const Deadline& deadline) {
        return end_each(environment.hosts, jobs, deadline);
      },
      [this, why](Attempt& a, Result<std::vector<FollowedJob>> ended) {
        if (ended) {
          a.reached = a.reached || !ended->empty();
          a.may_come = false;
          a.ended_by = why;
          if (!ended->empty() && !note_leases(a)) return drop(a);
          return settle(a);
        }
        could_not_end(a, why, ended.error());
      });
}

void Attempts::forestall(Attempt& attempt, std::function<void(Attempt&)> then) {
  std::vector<FollowedJob> jobs;
  for (const JobRef& ref : run_.item(attempt.id).open->intent.jobs) jobs.push_back({ref.host, {ref.id}});
  attempt.phase = Attempt::Phase::cancelling;
  aside<std::vector<FollowedJob>>(
      attempt, kCancelLimit,
      [&environment = run_.environment, jobs](const Deadline& deadline) {
        return end_each(environment.hosts, jobs, deadline);
      },
      [this, then = std::move(then), all = jobs.size()](Attempt& a, Result<std::vector<FollowedJob>> there) {
        if (a.stop.stop_requested()) return drop(a);
        if (!there) return could_not_forestall(a, there.error());
        a.may_come = false;
        if (there->empty()) return then(a);
        follow(a);  // it came after all
        has_reached(a);
        if (!note_leases(a)) return drop(a);
        const bool is_judged = !a.undoes && !a.decision && there->size() == all;
        if (is_judged && std::all_of(there->begin(), there->end(), ended_by_itself)) {
          a.follower->take({std::move(*there), {}});
          return jobs_ended(a);
        }
        if (a.ended_by.empty()) a.ended_by = "its job came to its host late, and was ended there";
        settle(a);
      });
}

/// It stays open. Where that is not the host's last word, another look decides; a host that cannot see to it
/// is asked again as seldom as one that is parked.
void Attempts::could_not_forestall(Attempt& attempt, const Error& error) {
  const bool again = std::exchange(attempt.asked_in_vain, true);
  follow(attempt);
  attempt.cancel_again = run_.clock().boottime() + run_.options.times.follow.each_reconnect;
  if (attempt.decision) return could_not_end(attempt, attempt.ended_by, error);
  if (!again && (gave_no_answer(error) || error.code == "job.not-ended")) return;
  const ItemId id = attempt.id;
  drop(attempt);
  wrote(run_.journal.wait_armed(
      id,
      {ItemState::waiting,
       "whether it ever begins is not certain, as its host cannot keep it from that: " + with_advice(error),
       Time{run_.clock().now().since_epoch + run_.options.times.follow.each_parked_look},
       {},
       0}));
}

/// Where a host gave no answer, its job may have ended all the same: the word on it stays, for else that
/// would look like a failure, after which the step may begin again. So it does on what has not begun there:
/// the next look would begin it.
void Attempts::could_not_end(Attempt& attempt, const std::string& why, const Error& error) {
  attempt.phase = Attempt::Phase::following;
  attempt.cancel_again = run_.clock().boottime() + run_.options.times.follow.each_reconnect;
  const ItemRecord& record = run_.item(attempt.id);
  const bool by_word = attempt.decision != 0;
  const bool stays = by_word && (gave_no_answer(error) || !attempt.reached);
  attempt.ended_by = stays ? why : std::string();
  const std::string reason =
      (stays ? "it is cancelled once its host answers: " : "it could not be ended: ") + one_line(error);
  if ((stays || !by_word) && record.reason == reason) return;
  const ItemState state = stays ? record.state : ItemState::running;
  const std::int64_t taken_up = stays ? 0 : std::exchange(attempt.decision, 0);
  wrote(run_.journal.step_state(attempt.id, {state, reason, {}, {}, taken_up}));
}

}  // namespace mxodus
