#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

#include "orchestrator/core/quantity.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/unique_fd.h"

namespace mxodus {

/// Who drives a run, as the lock file says it.
struct LockOwner {
  pid_t pid = 0;
  std::string host;
  std::string user;
  Time since;
  std::string operation;  ///< "run", "resume", "rollback"

  bool operator==(const LockOwner&) const = default;
};

/// This process, now.
LockOwner this_process(std::string operation, Time now);

/// The right to drive a run, held by the kernel on an open file and gone with the process, however it ends.
/// The file stays; what it says of a dead owner means nothing.
class RunLock {
 public:
  /// Never waits. `refused`, "run.locked", names the owner.
  static Result<RunLock> acquire(const std::filesystem::path& file, const LockOwner& owner);

 private:
  explicit RunLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

/// Who drives the run now; nobody where the lock is free. Asks the kernel and takes no lock itself. An owner
/// of whom nothing can be read has pid 0.
Result<std::optional<LockOwner>> lock_owner(const std::filesystem::path& file);

}  // namespace mxodus
