#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "orchestrator/core/command.h"
#include "orchestrator/core/unique_fd.h"

namespace mxodus {

/// How a remote program ended, told by the thread that saw it. Any thread.
class StreamEnd {
 public:
  /// The first word stands.
  void set(Outcome outcome) {
    const std::lock_guard lock(mutex_);
    if (!outcome_) outcome_ = std::move(outcome);
  }
  std::optional<Outcome> get() const {
    const std::lock_guard lock(mutex_);
    return outcome_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Outcome> outcome_;
};

/// A program running elsewhere, by its streams. `io` and `err` are non-blocking; end of file on both means
/// that `end` is set.
struct ProgramStream {
  UniqueFd io;   ///< its stdin and stdout; shutdown(SHUT_WR) ends its stdin
  UniqueFd err;  ///< its stderr
  std::shared_ptr<StreamEnd> end;
};

}  // namespace mxodus
