#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/jobs/job.h"

namespace mxodus {

/// The jobs of a host, which outlive any process that started them. A job runs for `looks` looks and then
/// ends with what `ends` says, which may change the world.
class FakeJobs final : public Jobs {
 public:
  struct Kept {
    JobSpec spec;
    JobState state = JobRunning{};
    int looks_left = 0;
    std::string output;
  };

  std::function<JobState(const JobSpec&)> ends = [](const JobSpec&) { return JobDone{0}; };
  int looks = 1;          ///< below 0: a job is over by the answer to its start
  bool silent = false;    ///< does not answer any more
  bool deaf = false;      ///< takes the next start and does not answer it
  bool lost = false;      ///< does not take the next start: nobody hears of it, nor of the lease taken for it
  bool claims = false;    ///< claims the next job, does not answer, and is killed before it launches it
  bool mute = false;      ///< says how a job is, and not what it wrote
  bool stubborn = false;  ///< its jobs cannot be ended
  int cut_off = 0;        ///< so many cancels end a job and do not answer
  std::optional<Error> no_end;          ///< what it says to the next cancel
  std::optional<Error> refuses_to_end;  ///< what it says to every cancel
  std::function<void()> on_cancel;      ///< before it looks for the job
  std::optional<Duration> elapsed;      ///< what it says of every job that runs
  std::map<std::string, Kept> jobs;
  std::set<std::string> buried;       ///< what was ended before it came
  std::map<std::string, int> starts;  ///< by title: how often work really began
  std::optional<Error> refuses;       ///< every start
  std::string says;                   ///< what every job has written when it begins
  int asked = 0;                      ///< how often a status was asked for
  std::vector<Duration> waits;        ///< how long each of them was to wait for an end
  int cancels = 0;                    ///< how often the end of a job was asked for
  /// What a job has left, whatever its name; nothing by default.
  std::function<Result<std::string>(std::int64_t offset, const Deadline& deadline)> on_file;
  std::optional<Lease> lease;
  JobCapabilities can{.flock = true, .setsid = true, .tmpfs = true, .logout_kill = false};

  Result<JobStatus> start(const JobId& id, const JobSpec& spec, const Lease& by,
                          const std::map<std::string, SecretText>&, const Deadline&) override {
    if (silent) return gone();
    if (refuses) return tl::unexpected(*refuses);
    if (auto holds = need_lease(by); !holds) return tl::unexpected(holds.error());
    if (std::exchange(lost, false)) return fail(ErrorKind::no_answer, "ssh.lost", "the connection went");
    if (buried.contains(id.text))
      return fail(ErrorKind::refused, "job.buried", "it was ended before it came");
    if (std::exchange(claims, false)) {
      jobs[id.text] = {spec, JobRunning{.begun = false}, looks, ""};
      return fail(ErrorKind::no_answer, "ssh.lost", "the connection went");
    }
    if (!jobs.contains(id.text)) {
      jobs[id.text] = {spec, looks < 0 ? ends(spec) : JobRunning{}, looks, says};
      ++starts[spec.title];
    } else if (jobs[id.text].spec.script != spec.script) {
      return fail(ErrorKind::refused, "job.conflict", "another script has this id");
    }
    if (std::exchange(deaf, false)) return fail(ErrorKind::no_answer, "ssh.lost", "the connection went");
    return status_of(jobs[id.text]);
  }
  Result<JobStatus> status(const JobId& id, Duration wait, const Deadline&) override {
    ++asked;
    waits.push_back(wait);
    if (silent) return gone();
    const auto found = jobs.find(id.text);
    if (found == jobs.end()) return JobStatus{JobAbsent{}, 0, {}, {}};
    Kept& job = found->second;
    const auto* running = std::get_if<JobRunning>(&job.state);
    if (!running || job.looks_left-- > 0) return status_of(job);
    if (!running->begun) {
      jobs.erase(found);
      return JobStatus{JobAbsent{}, 0, {}, {}};
    }
    job.state = ends(job.spec);
    return status_of(job);
  }
  Result<std::string> output(const JobId& id, std::int64_t offset, std::size_t limit,
                             const Deadline&) override {
    if (silent || mute) return gone();
    const std::string& all = jobs[id.text].output;
    return all.substr(std::min<std::size_t>(offset, all.size()), limit);
  }
  Result<std::string> file(const JobId&, const std::string&, std::int64_t offset, std::size_t,
                           const Deadline& deadline) override {
    return on_file ? on_file(offset, deadline) : std::string();
  }
  Result<JobStatus> cancel(const JobId& id, const Deadline&) override {
    if (silent) return gone();
    ++cancels;
    if (no_end) return tl::unexpected(*std::exchange(no_end, std::nullopt));
    if (refuses_to_end) return tl::unexpected(*refuses_to_end);
    if (on_cancel) on_cancel();
    const auto found = jobs.find(id.text);
    const auto* running = found == jobs.end() ? nullptr : std::get_if<JobRunning>(&found->second.state);
    if (found == jobs.end() || (running && !running->begun)) {
      jobs.erase(id.text);
      buried.insert(id.text);
      return fail(ErrorKind::not_found, "job.absent", "there is no job " + id.text);
    }
    if (stubborn)
      return fail(ErrorKind::no_answer, "job.not-ended", "it got TERM and KILL and is still there");
    if (running) found->second.state = JobDone{143};
    if (std::exchange(cut_off, std::max(0, cut_off - 1)) > 0)
      return fail(ErrorKind::no_answer, "ssh.lost", "the connection went");
    return status_of(found->second);
  }
  Result<void> purge(const Lease& by, const std::vector<JobId>& keep, const Deadline&) override {
    if (silent) return tl::unexpected(gone().value());
    std::erase_if(jobs, [&](const auto& job) {
      return job.first.starts_with(by.run + ".") && !std::holds_alternative<JobRunning>(job.second.state) &&
             std::find(keep.begin(), keep.end(), JobId{job.first}) == keep.end();
    });
    return {};
  }
  Result<void> acquire(const Lease& by, std::optional<std::uint64_t> take_over, const Deadline&) override {
    if (silent) return tl::unexpected(gone().value());
    const bool ours = lease && is_of(*lease, by) && lease->token <= by.token;
    if (lease && !ours && (!take_over || *take_over != lease->token)) return held(by);
    lease = by;
    return {};
  }
  Result<void> release(const Lease& by, const Deadline&) override {
    if (silent) return tl::unexpected(gone().value());
    if (!lease) return {};
    if (!is_of(*lease, by) || lease->token > by.token) return held(by);
    lease.reset();
    return {};
  }
  Result<std::optional<Lease>> holder(const Deadline&) override { return lease; }
  Result<JobCapabilities> capabilities(const Deadline&) override {
    if (silent) return tl::unexpected(gone().value());
    return can;
  }

 private:
  static bool is_of(const Lease& lease, const Lease& by) {
    return lease.run == by.run && lease.laptop == by.laptop;
  }
  tl::unexpected<Error> held(const Lease& by) const {
    if (lease->run == by.run && lease->token != by.token)
      return fail(ErrorKind::refused, "lease.stale", "another token");
    return fail(ErrorKind::refused, "lease.held", "held by " + lease->who + " on " + lease->laptop);
  }
  Result<void> need_lease(const Lease& by) const {
    if (!lease) return fail(ErrorKind::refused, "lease.none", "nobody holds it");
    if (!is_of(*lease, by) || lease->token != by.token) return held(by);
    return {};
  }
  static tl::unexpected<Error> gone() {
    return fail(ErrorKind::unreachable, "ssh.unreachable", "no route to host");
  }
  JobStatus status_of(const Kept& job) const {
    return {job.state, static_cast<std::int64_t>(job.output.size()), {}, elapsed};
  }
};

}  // namespace mxodus
