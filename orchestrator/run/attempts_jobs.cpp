#include <algorithm>

#include "orchestrator/core/advice.h"
#include "orchestrator/core/parallel.h"
#include "orchestrator/core/text.h"
#include "orchestrator/run/attempts_aside.h"
#include "orchestrator/run/crash_point.h"

namespace mxodus {
namespace {

constexpr std::chrono::milliseconds kStartLimit{60'000};
constexpr std::chrono::seconds kHostPatience{10};

struct StartedJob {
  Result<JobStatus> status;
  bool leased = false;  ///< for it, just now: also where the start itself gave no answer
};

StartedJob start_one(const Environment& environment, Leases& leases, const JobSpec& spec, const JobRef& ref,
                     const Deadline& deadline) {
  auto jobs = jobs_of(environment.hosts, spec.host);
  if (!jobs) return {tl::unexpected(jobs.error())};
  std::map<std::string, SecretText> secrets;
  for (const auto& [file, name] : spec.secrets) {
    auto secret = environment.secrets.resolve(name);
    if (!secret) return {tl::unexpected(secret.error())};
    secrets.emplace(file, std::move(*secret));
  }
  auto held = leases.hold(spec.host, **jobs, deadline);
  if (!held) return {tl::unexpected(held.error())};
  if (*held) crash::here("lease-taken");
  auto started = (*jobs)->start({ref.id}, spec, leases.lease(), secrets, deadline);
  if (started) crash::here("after-job-start");
  return {std::move(started), *held};
}

/// By its own progress so far. Of a job of a moment nothing can be told: hosts count whole seconds.
bool ends_within(std::chrono::milliseconds time, const Progress& progress,
                 const std::optional<Duration>& elapsed) {
  if (!progress.fraction || *progress.fraction <= 0 || !elapsed || elapsed->value <= 2 * time) return false;
  const double left = static_cast<double>(elapsed->value.count()) * (1 / *progress.fraction - 1);
  return left <= static_cast<double>(time.count());
}

bool is_absent(const FollowedJob& job) {
  return std::holds_alternative<JobAbsent>(job.status.state);
}

bool is_about_to_begin(const FollowedJob& job) {
  const auto* running = std::get_if<JobRunning>(&job.status.state);
  return running && !running->begun;
}

bool may_have_reached_its_host(const Error& error) {
  return error.kind == ErrorKind::unreachable || error.kind == ErrorKind::no_answer ||
         error.kind == ErrorKind::cancelled || error.kind == ErrorKind::in_doubt;
}

}  // namespace

void Attempts::start_jobs(Attempt& attempt) {
  attempt.phase = Attempt::Phase::starting;
  // A little later than from here: where the laptop is there, it is the one that ends it and says why.
  if (const StepRules& rules = attempt.step->rules(); rules.timeout && rules.cancel_on_timeout)
    for (JobSpec& job : attempt.jobs) job.kill_after = Duration{rules.timeout->value + kHostPatience};
  aside<Started>(
      attempt, kStartLimit,
      [&environment = run_.environment, leases = leases_, specs = attempt.jobs,
       refs = run_.item(attempt.id).open->intent.jobs](const Deadline& deadline) -> Result<Started> {
        std::vector<StartedJob> started(specs.size());
        in_parallel(specs.size(), specs.size(), [&](std::size_t n) {
          started[n] = start_one(environment, *leases, specs[n], refs[n], deadline);
        });
        Started all;
        for (std::size_t n = 0; n < specs.size(); ++n) {
          const Result<JobStatus>& status = started[n].status;
          if (started[n].leased) all.leased.push_back(specs[n].host);
          if (!status) {
            // Of several, the one that leaves open whether there is a job.
            if (!all.error || may_have_reached_its_host(status.error())) all.error = status.error();
            continue;
          }
          all.jobs.push_back({specs[n].host, {refs[n].id}, *status});
        }
        return all;
      },
      [this](Attempt& a, Result<Started> started) {
        if (started) return jobs_started(a, *started);
        a.start_broke = started.error();
        a.may_come = true;
        follow(a);  // some may have begun: their hosts know
      });
}

void Attempts::jobs_started(Attempt& attempt, const Started& started) {
  for (const std::string& host : started.leased)
    if (!note_lease(host)) return drop(attempt);
  for (const FollowedJob& job : started.jobs)  // taken by a start that came to nothing else
    if (!run_.state().leases.contains(job.host) && !note_lease(job.host)) return drop(attempt);
  if (!started.error) {
    has_reached(attempt);
    follow(attempt);
    const bool over = std::all_of(started.jobs.begin(), started.jobs.end(), [](const FollowedJob& job) {
      return std::holds_alternative<JobDone>(job.status.state);
    });
    if (!over) return;
    attempt.follower->take({started.jobs, {}});
    return jobs_ended(attempt);
  }
  const Error& error = *started.error;
  // The job itself knows whether the request arrived: it is asked until it answers, and started again if not.
  if (may_have_reached_its_host(error)) {
    attempt.may_come = true;
    return follow(attempt);
  }
  const bool refused = error.code.starts_with("lease.");
  // By a cancel, or by this attempt's own end, that was not heard to the end.
  const bool buried = error.code == "job.buried";
  // What refused this start refuses an earlier one that is still on its way.
  const bool alone = run_.item(attempt.id).open->intent.jobs.size() == 1;
  if (alone && (refused || buried)) attempt.may_come = false;
  if (!started.jobs.empty()) {
    // Those of the others would go on alone.
    follow(attempt);
    has_reached(attempt);
    end_jobs(attempt, one_line(error));
  } else if (attempt.undoes && (refused || buried || error.code.starts_with("secret."))) {
    put_undo_back(attempt, with_advice(error));
  } else if (refused || buried) {
    put_back(attempt, ItemState::pending, with_advice(error));
  } else if (error.code.starts_with("secret.")) {
    put_back(attempt, ItemState::waiting, with_advice(error));
  } else {
    conclude(attempt, Finding{Verdict::fail, with_advice(error), {}, {}}, error.code);
  }
  if (refused) tell_.refused(error);
}

bool Attempts::note_lease(const std::string& host) {
  return wrote(run_.journal.lease_taken(
      {host, static_cast<std::int64_t>(leases_->lease().token), run_.options.take_over_why}));
}

void Attempts::has_reached(Attempt& attempt) {
  attempt.reached = true;
  attempt.may_come = false;
}

void Attempts::follow(Attempt& attempt) {
  std::vector<FollowedJob> jobs;
  for (const JobRef& ref : run_.item(attempt.id).open->intent.jobs) jobs.push_back({ref.host, {ref.id}});
  attempt.phase = Attempt::Phase::following;
  attempt.follower.emplace(std::move(jobs), run_.options.times.follow, run_.clock());
}

void Attempts::tick() {
  const auto now = run_.clock().boottime();
  for (auto it = attempts_.begin(); it != attempts_.end();) {
    Attempt& attempt = (it++)->second;  // check_timeout() may end it
    if (attempt.phase != Attempt::Phase::following) continue;
    if (!attempt.looking && attempt.follower->next_look() <= now) look(attempt);
    check_timeout(attempt);
  }
}

void Attempts::look(Attempt& attempt) {
  attempt.looking = true;
  aside<JobFollower::Look>(
      attempt, run_.options.times.follow.look_limit,
      [&environment = run_.environment, jobs = attempt.follower->jobs(),
       wait = attempt.follower->wait()](const Deadline& deadline) -> Result<JobFollower::Look> {
        return JobFollower::look(
            jobs, wait, [&](const std::string& host) { return jobs_of(environment.hosts, host); }, deadline);
      },
      [this](Attempt& a, Result<JobFollower::Look> seen) {
        a.looking = false;
        if (a.phase == Attempt::Phase::following && seen) looked(a, std::move(*seen));
      });
}

void Attempts::looked(Attempt& attempt, JobFollower::Look look) {
  const auto before = attempt.follower->contact();
  attempt.follower->take(std::move(look));
  note_contact(attempt, before);
  if (attempt.follower->silent()) return;
  if (attempt.decision) {  // its jobs are to end, also where that may have come about
    if (run_.clock().boottime() >= attempt.cancel_again) end_jobs(attempt, attempt.ended_by);
    return;
  }

  const auto& jobs = attempt.follower->jobs();
  if (!attempt.reached && std::any_of(jobs.begin(), jobs.end(), is_absent)) {
    if (attempt.cancel_again.count() != 0) {  // of what is absent no host is asked meanwhile
      if (run_.clock().boottime() < attempt.cancel_again) return;
      attempt.cancel_again = {};
      return follow(attempt);
    }
    if (stopping_) return drop(attempt);  // its intent stays; whoever comes next starts it
    const bool none = std::all_of(jobs.begin(), jobs.end(), is_absent);
    if (none && attempt.start_broke)
      return conclude(attempt, Finding{Verdict::unknown, with_advice(*attempt.start_broke), {}, {}});
    // The world may have moved on since the intent, in another process or while its host did not answer: look
    // at it before starting anything.
    const bool stale = none && (attempt.recovered || !may_begin_yet(attempt));
    return stale || attempt.only_looks || attempt.jobs.empty() ? settle(attempt) : start_jobs(attempt);
  }
  if (!attempt.reached && !note_leases(attempt)) return drop(attempt);
  // Where its launch was cut off it is absent before long, and has never begun.
  if (!attempt.reached && std::any_of(jobs.begin(), jobs.end(), is_about_to_begin)) return;
  if (!attempt.reached && attempt.recovered)
    for (const FollowedJob& job : jobs)
      if (!wrote(run_.journal.attached(attempt.id, {job.host, job.id.text}))) return drop(attempt);
  has_reached(attempt);
  show_progress(attempt);
  if (attempt.follower->ended()) return jobs_ended(attempt);
  crash::here("while-following");
}

/// Whoever started the jobs held the leases, and may have been killed before that was written down.
bool Attempts::note_leases(const Attempt& attempt) {
  const auto& jobs = attempt.follower->jobs();
  return std::all_of(jobs.begin(), jobs.end(), [&](const FollowedJob& job) {
    return run_.state().leases.contains(job.host) || note_lease(job.host);
  });
}

void Attempts::note_contact(Attempt& attempt, JobFollower::Contact before) {
  const auto now = attempt.follower->contact();
  if (now == before) return;
  if (now == JobFollower::Contact::attached) {
    const JobRef& job = run_.item(attempt.id).open->intent.jobs.front();
    wrote(run_.journal.attached(attempt.id, job));
    return;
  }
  const bool parked = now == JobFollower::Contact::parked;
  const auto wait = attempt.follower->next_look() - run_.clock().boottime();
  wrote(run_.journal.step_state(attempt.id, {ItemState::reconnecting,
                                             one_line(*attempt.follower->silent()) +
                                                 (parked ? "; looked at again every 15 minutes" : ""),
                                             Time{run_.clock().now().since_epoch + wait},
                                             {},
                                             0}));
}

void Attempts::show_progress(Attempt& attempt) {
  for (const FollowedJob& job : attempt.follower->jobs()) {
    const Progress progress =
        attempt.type->progress(Params(attempt.planned.params), redacted_tail(job, run_.environment.redactor));
    run_.show(JobSeen{attempt.id, job.host, progress, job.status.elapsed, job.status.heartbeat_age});
    if (ends_within(run_.options.times.follow.each_look, progress, job.status.elapsed))
      attempt.follower->expect_end();
  }
}

void Attempts::jobs_ended(Attempt& attempt) {
  crash::here("after-job-end");
  const auto& jobs = attempt.follower->jobs();
  // Nobody need have looked while its deadline passed: the hosts say how long their jobs ran, by clocks that
  // may have been set meanwhile. What is over ended before now.
  const ItemRecord& record = run_.item(attempt.id);
  const Time now = run_.clock().now();
  attempt.late |= record.deadline && std::any_of(jobs.begin(), jobs.end(), [&](const FollowedJob& job) {
                    const auto& ran = job.status.elapsed;
                    const Time ended =
                        ran ? std::min(Time{record.open->begun.since_epoch + ran->value}, now) : now;
                    return ended > *record.deadline;
                  });
  const bool known = std::all_of(jobs.begin(), jobs.end(), [](const FollowedJob& job) {
    return std::holds_alternative<JobDone>(job.status.state);
  });
  if (known) return finish(attempt);
  for (const FollowedJob& job : jobs) {
    if (const auto* lost = std::get_if<JobLost>(&job.status.state))
      attempt.ended_by = "the job on " + job.host +
                         " ended before its time, and how far it came is not known (" + lost->why + ")";
    if (std::holds_alternative<JobAbsent>(job.status.state))
      attempt.ended_by = "the job on " + job.host + " was there and is gone";
  }
  settle(attempt);
}

}  // namespace mxodus
