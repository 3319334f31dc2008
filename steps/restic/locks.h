#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/secret.h"
#include "orchestrator/step_api/resources.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// Who holds a repository for himself alone, as `prune` and `check` do, alive or not. To see it costs an
/// opening of the repository, a second and more; the list of snapshots, the restore of one and the run after
/// the plan want to know it one after the other. Any thread.
class LockHolders {
 public:
  /// "ananas, last renewed 2026-11-22T02:46:06Z", as seen from `host` within the last minute: a restic that
  /// lives renews its lock every few minutes. Empty where nobody does, and where that cannot be seen: it is
  /// no more than a warning. Blocks, for 15 s at most.
  std::string holder(HostReader& host, const Repository& repository, const SecretText& password,
                     const Clock& clock, const Deadline& deadline);

 private:
  struct Seen {
    std::chrono::milliseconds when;  ///< boottime
    std::string holder;
  };
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Seen> seen_;  ///< by host and URL
};

}  // namespace mxodus
