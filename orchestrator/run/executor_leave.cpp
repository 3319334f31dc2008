#include "orchestrator/core/advice.h"
#include "orchestrator/core/parallel.h"
#include "orchestrator/run/crash_point.h"
#include "orchestrator/run/executor.h"

namespace mxodus {
namespace {

constexpr std::size_t kHostsAtOnce = 8;
constexpr std::chrono::milliseconds kLeaseLimit{20'000};
constexpr std::chrono::milliseconds kPurgeLimit{60'000};
constexpr std::chrono::milliseconds kCancelLimit{90'000};

bool is_silent(const Error& error) {
  return error.kind == ErrorKind::unreachable || error.kind == ErrorKind::no_answer;
}

Result<JobStatus> cancel(HostDirectory& hosts, const JobRef& job) {
  Jobs* jobs = hosts.jobs(job.host);
  if (!jobs) return fail(ErrorKind::invalid, "run.no-such-host", "the playbook has no host " + job.host);
  return jobs->cancel({job.id}, Deadline(kCancelLimit));
}

/// Why a host keeps the lease of the run; empty where it does not.
struct Kept {
  std::string why;
  bool may_be_ours = false;  ///< the host did not say that it is not
};

/// Clears the host of the folders of the run's jobs and gives its lease back. What another run holds by now
/// is no lease of ours any more.
Kept give_back(HostDirectory& hosts, const std::string& host, const Lease& lease,
               const std::vector<JobId>& keep) {
  Jobs* jobs = hosts.jobs(host);
  if (!jobs) return {"the playbook has no such host any more"};
  const auto purged = jobs->purge(lease, keep, Deadline(kPurgeLimit));
  if (!purged && is_silent(purged.error())) return {one_line(purged.error()), true};
  const auto released = jobs->release(lease, Deadline(kLeaseLimit));
  if (released) return {};
  const auto holder = jobs->holder(Deadline(kLeaseLimit));
  if (holder && (!*holder || (*holder)->run != lease.run)) return {};
  return {one_line(released.error()), true};
}

}  // namespace

/// A drift that this process has seen refuses, as long as nobody has answered it; what an earlier one has
/// seen is a question like others.
void Executor::note_drift() {
  for (const auto& [id, why] : drifts_) {
    if (departure_.refused) return;
    if (!gates_.drifted(id)) continue;
    departure_.refused = true;
    departure_.why = to_string(id) + ": " + why;
  }
}

Result<Summary> Executor::leave_run() {
  note_drift();
  departure_.interrupted = stop_.stop_requested() && !is_complete(run_.table, run_.state());
  Summary summary = summarise(run_.table, run_.state(), departure_);
  if (decisions_.end()) {
    summary.exit = ExitCode::failed;
    summary.reason = "given up: " + decisions_.end()->data.why;
    summary.next = {"mxodus report " + run_.state().opened.run};
    summary.due.clear();  // nobody is asked any more
    summary.kept_leases = kept_leases_;
    return summary;
  }
  if (summary.exit == ExitCode::parked && schedule_.past_until())
    summary.reason = "stopped after " + run_.options.until + ", as --until says";
  const RunStopped stopped{static_cast<int>(summary.exit), summary.reason, summary.next_look, 0};
  if (summary.exit == ExitCode::done) release_leases({}, {});
  summary.kept_leases = kept_leases_;
  auto written =
      summary.exit == ExitCode::done ? run_.journal.run_ended(stopped) : run_.journal.run_parked(stopped);
  if (!written) return tl::unexpected(written.error());
  return summary;
}

/// Whoever comes next must find the hosts free, and clean of what the journal holds by now: the folders of
/// this run's jobs go, but for `keep`. A host that does not answer keeps them, and a lease that a later run
/// can take over; journal and summary say so. So does one that is `busy`, and why. Who began something on a
/// host may have taken its lease and been killed before that was written down.
void Executor::release_leases(const std::vector<JobId>& keep,
                              const std::map<std::string, std::string>& busy) {
  crash::here("before-release");
  const auto& held = run_.state().leases;
  std::vector<LeaseHeld> leases;
  for (const auto& [host, lease] : held) leases.push_back({host, lease.token, {}});
  for (const std::string& host : run_.state().begun_on)
    if (!held.contains(host)) leases.push_back({host, 0, {}});
  std::vector<Kept> kept(leases.size());
  in_parallel(leases.size(), kHostsAtOnce, [&](std::size_t n) {
    const std::string& host = leases[n].host;
    const auto why = busy.find(host);
    kept[n] = why != busy.end() ? Kept{why->second, true}
                                : give_back(run_.environment.hosts, host, leases_->lease(), keep);
  });
  for (std::size_t n = 0; n < leases.size(); ++n) {
    const std::string& host = leases[n].host;
    // What may have been taken is told only where the host did not say that it is not.
    if (!kept[n].why.empty() && (held.contains(host) || kept[n].may_be_ours))
      kept_leases_.push_back({host, kept[n].why});
    else if (kept[n].why.empty() && held.contains(host) && !run_.journal.lease_released(leases[n]))
      return;
  }
}

/// Gives the run up: no job, timer or lease is left on hosts that answer.
Result<void> Executor::end_run() {
  const Decision& end = *decisions_.end();
  const auto items = run_.state().items;
  std::vector<JobId> unread;  // how they ended is nowhere but on their hosts
  std::map<std::string, std::string> busy;
  for (const auto& [id, record] : items) {
    if (!record.open) continue;
    std::string left;
    for (const JobRef& job : record.open->intent.jobs) {
      unread.push_back({job.id});
      const auto ended = cancel(run_.environment.hosts, job);
      if (ended || ended.error().code == "job.absent") continue;  // absent: it never began
      busy.emplace(job.host, "a job that could not be ended may run there");
      left +=
          " The job " + job.id + " may still run on " + job.host + ": " + with_advice(ended.error()) + ".";
    }
    AttemptResult result;
    result.state = left.empty() ? ItemState::cancelled : ItemState::in_doubt;
    result.verdict = Verdict::unknown;
    result.sentence = "the run was given up." + left;
    if (auto written = run_.journal.result(id, result); !written) return tl::unexpected(written.error());
  }
  release_leases(unread, busy);
  auto written =
      run_.journal.run_ended({static_cast<int>(ExitCode::failed), "given up: " + end.data.why, {}, end.n});
  if (!written) return tl::unexpected(written.error());
  return {};
}

}  // namespace mxodus
