#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/redactor.h"
#include "orchestrator/jobs/job.h"

namespace mxodus {

/// How often the jobs of an attempt are looked at.
struct FollowTimes {
  std::chrono::milliseconds first_look{20};     ///< a quarter more each time, up to `each_look`
  std::chrono::milliseconds each_look{1'000};   ///< while their hosts answer
  std::chrono::milliseconds wait_on_host{250};  ///< for the end, in looks that would follow each other sooner
  std::chrono::milliseconds first_reconnect{1'000};     ///< doubles up to `each_reconnect`
  std::chrono::milliseconds each_reconnect{30'000};     ///< while a host does not answer
  std::chrono::milliseconds reconnect_for{900'000};     ///< then the attempt is parked
  std::chrono::milliseconds each_parked_look{900'000};  ///< and looked at this often
  std::chrono::milliseconds look_limit{20'000};         ///< one look takes no longer than this
};

/// One job of an attempt, as far as it has been seen.
struct FollowedJob {
  std::string host;
  JobId id;
  JobStatus status{JobRunning{}, 0, {}, {}};
  std::int64_t offset = 0;  ///< output before this byte has been read
  std::string tail;         ///< the last 64 KiB of it
  bool silent = true;       ///< the last look had no answer about it, or there was none

  bool ended() const { return !std::holds_alternative<JobRunning>(status.state); }
};

/// The jobs of the host of this name, or why there is no way to them.
using JobsOfHost = std::function<Result<Jobs*>(const std::string& host)>;

/// Follows the jobs of one attempt until all have ended: when to look, what a look saw, and whether their
/// hosts still answer. A host that does not answer says nothing about its job. Owned by the executor's
/// thread; holds no thread while it waits.
class JobFollower {
 public:
  enum class Contact { attached, reconnecting, parked };

  /// What one look saw: the jobs as they are now, and the first host that did not answer.
  struct Look {
    std::vector<FollowedJob> jobs;
    std::optional<Error> silent;
  };

  JobFollower(std::vector<FollowedJob> jobs, const FollowTimes& times, const Clock& clock);

  /// Blocks for one look, `times.look_limit` at most; for a worker thread, on copies of jobs() and wait().
  static Look look(std::vector<FollowedJob> jobs, Duration wait, const JobsOfHost& jobs_of,
                   const Deadline& deadline);

  /// Takes in what a look saw.
  void take(Look look);
  /// Looks at once: the laptop has slept, or an operator asked.
  void hurry();
  /// It will soon be over, as far as can be told: once, looks follow each other as they did in the beginning.
  void expect_end();

  /// When the next look is due, on the clock that counts the laptop's sleep.
  std::chrono::milliseconds next_look() const { return next_look_; }
  /// How long the next look is to wait on the hosts for the end of a job.
  Duration wait() const {
    return Duration{pause_ < times_.wait_on_host ? times_.wait_on_host : std::chrono::milliseconds(0)};
  }
  Contact contact() const { return contact_; }
  const std::optional<Error>& silent() const { return silent_; }
  bool ended() const;
  /// The last look has seen a job that goes on, whatever the hosts of the others answered.
  bool sees_any_run() const;
  const std::vector<FollowedJob>& jobs() const { return jobs_; }

 private:
  std::vector<FollowedJob> jobs_;
  const FollowTimes& times_;
  const Clock& clock_;
  Contact contact_ = Contact::attached;
  std::optional<Error> silent_;
  std::chrono::milliseconds silent_since_{0};
  std::chrono::milliseconds pause_;
  bool expects_end_ = false;
  std::chrono::milliseconds next_look_;
};

/// The last `limit` bytes of what an ended job wrote, without secrets, for StepType::finish(). Asks its host
/// only for what has not been read while following it. Blocks; for a worker thread.
Result<std::string> last_output(Jobs& jobs, const FollowedJob& job, std::size_t limit,
                                const Redactor& redactor, const Deadline& deadline);

/// The tail of a job, without secrets.
std::string redacted_tail(const FollowedJob& job, const Redactor& redactor);

}  // namespace mxodus
