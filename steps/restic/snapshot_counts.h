#pragma once

#include <compare>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "steps/restic/snapshot.h"

namespace mxodus {

/// A folder of a snapshot; without `subpath` all of it.
struct SnapshotPart {
  std::string host;        ///< from which it is seen: a URL may lead elsewhere from there
  std::string repository;  ///< its URL
  std::string snapshot;    ///< its id
  std::string subpath;
  auto operator<=>(const SnapshotPart&) const = default;
};

/// How much parts of snapshots hold. A snapshot never changes, and to count it restic reads all of its trees,
/// over a line that may be slow: once is enough for as long as the process lives. Any thread.
class SnapshotCounts {
 public:
  std::optional<TreeCount> find(const SnapshotPart& part) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(part);
    return found == counts_.end() ? std::nullopt : std::optional(found->second);
  }
  void remember(const SnapshotPart& part, const TreeCount& count) {
    const std::lock_guard lock(mutex_);
    counts_[part] = count;
  }

 private:
  mutable std::mutex mutex_;
  std::map<SnapshotPart, TreeCount> counts_;
};

}  // namespace mxodus
