#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/jobs/job.h"
#include "orchestrator/step_api/context.h"

namespace mxodus {

/// Work on hosts: one job each (most types: one). They run at the same time and outlive the laptop.
struct JobWork {
  std::vector<JobSpec> jobs;
};

/// Work in the process of mxodus itself, such as a call of a provider's API. Has no job: after a crash it is
/// settled by the post-condition. `act` is called once, on a worker thread, after the intent is durable.
struct LocalWork {
  std::string title;
  std::function<Result<void>(StepContext&)> act;
};

using Work = std::variant<JobWork, LocalWork>;

/// How a job ended, for finish().
struct EndedJob {
  std::string host;
  JobId id;
  JobState state;
  std::string output;  ///< the end of what it wrote, 256 KiB at most
};

/// Reads files that the step's ended jobs left behind, larger than output may be.
class JobFiles {
 public:
  virtual ~JobFiles() = default;
  /// Bytes of `name` in the directory of job number `job` (as in JobWork::jobs), from `offset`; empty at its
  /// end. Each call has a limit of its own. The deadline of the context goes on meanwhile: what is to be
  /// asked of hosts is asked first.
  virtual Result<std::string> read(std::size_t job, const std::string& name, std::int64_t offset,
                                   std::size_t limit) = 0;
};

/// What became of the work of one attempt.
struct WorkResult {
  std::vector<EndedJob> jobs;  ///< empty after LocalWork
  JobFiles* files = nullptr;   ///< valid during finish(); null after LocalWork
};

}  // namespace mxodus
