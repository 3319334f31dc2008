#include "orchestrator/run/job_follower.h"

#include <algorithm>
#include <utility>

#include "orchestrator/core/parallel.h"

namespace mxodus {
namespace {

constexpr std::size_t kTail = 64 * 1024;
constexpr std::size_t kChunk = 256 * 1024;

Result<void> see(FollowedJob& job, Duration wait, Jobs& jobs, const Deadline& deadline) {
  auto status = jobs.status(job.id, wait, deadline);
  if (!status) return tl::unexpected(status.error());
  if (status->output_size > job.offset) {
    // A job that wrote more than a chunk since the last look: only its end is worth the transfer.
    job.offset = std::max(job.offset, status->output_size - static_cast<std::int64_t>(kChunk));
    auto output = jobs.output(job.id, job.offset, kChunk, deadline);
    if (!output) return tl::unexpected(output.error());
    job.offset += static_cast<std::int64_t>(output->size());
    job.tail += *output;
    if (job.tail.size() > kTail) job.tail.erase(0, job.tail.size() - kTail);
  }
  job.status = *status;
  return {};
}

}  // namespace

JobFollower::JobFollower(std::vector<FollowedJob> jobs, const FollowTimes& times, const Clock& clock)
    : jobs_(std::move(jobs)),
      times_(times),
      clock_(clock),
      pause_(times.first_look),
      next_look_(clock.boottime() + times.first_look) {}

JobFollower::Look JobFollower::look(std::vector<FollowedJob> jobs, Duration wait, const JobsOfHost& jobs_of,
                                    const Deadline& deadline) {
  Look look{std::move(jobs), {}};
  std::vector<Result<void>> seen(look.jobs.size());
  in_parallel(look.jobs.size(), look.jobs.size(), [&](std::size_t n) {
    FollowedJob& job = look.jobs[n];
    if (job.ended()) return;
    auto host = jobs_of(job.host);
    seen[n] = host ? see(job, wait, **host, deadline) : tl::unexpected(host.error());
    job.silent = !seen[n];
  });
  const auto silent = std::find_if(seen.begin(), seen.end(), [](const auto& one) { return !one; });
  if (silent != seen.end()) look.silent = silent->error();
  return look;
}

void JobFollower::take(Look look) {
  jobs_ = std::move(look.jobs);
  const auto now = clock_.boottime();
  const bool was_silent = silent_.has_value();
  silent_ = std::move(look.silent);
  if (!silent_) {
    pause_ = was_silent ? times_.first_look : std::min(pause_ + pause_ / 4, times_.each_look);
    contact_ = Contact::attached;
  } else if (!was_silent) {
    silent_since_ = now;
    pause_ = times_.first_reconnect;
    contact_ = Contact::reconnecting;
  } else if (now - silent_since_ >= times_.reconnect_for) {
    pause_ = times_.each_parked_look;
    contact_ = Contact::parked;
  } else {
    pause_ = std::min(pause_ * 2, times_.each_reconnect);
  }
  next_look_ = now + pause_;
}

void JobFollower::hurry() {
  next_look_ = clock_.boottime();
}

void JobFollower::expect_end() {
  if (std::exchange(expects_end_, true)) return;
  pause_ = times_.first_look;
  next_look_ = clock_.boottime() + pause_;
}

bool JobFollower::ended() const {
  return std::all_of(jobs_.begin(), jobs_.end(), [](const FollowedJob& job) { return job.ended(); });
}

bool JobFollower::sees_any_run() const {
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [](const FollowedJob& job) { return !job.silent && !job.ended(); });
}

Result<std::string> last_output(Jobs& jobs, const FollowedJob& job, std::size_t limit,
                                const Redactor& redactor, const Deadline& deadline) {
  if (static_cast<std::int64_t>(job.tail.size()) == job.status.output_size && job.tail.size() <= limit)
    return redactor.redact(job.tail);
  const auto from = std::max<std::int64_t>(0, job.status.output_size - static_cast<std::int64_t>(limit));
  auto output = jobs.output(job.id, from, limit, deadline);
  if (!output) return output;
  return from > 0 ? redactor.redact_rest(*output) : redactor.redact(*output);
}

std::string redacted_tail(const FollowedJob& job, const Redactor& redactor) {
  const bool whole = static_cast<std::int64_t>(job.tail.size()) == job.offset;
  return whole ? redactor.redact(job.tail) : redactor.redact_rest(job.tail);
}

}  // namespace mxodus
