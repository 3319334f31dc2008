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

/// How much a part of a snapshot holds.
struct SnapshotCount {
  TreeCount tree;
  /// False where it is what the snapshot said of itself when its backup ended, and no tree has been read: its
  /// files and bytes can be relied on, its folders count those above the part too, and its others are not
  /// known.
  bool read = true;
};

/// How much parts of snapshots hold. A snapshot never changes, and to count it restic reads all of its trees,
/// over a line that may be slow: once is enough for as long as the process lives, and what a snapshot says of
/// itself is enough to plan with. Any thread.
class SnapshotCounts {
 public:
  std::optional<SnapshotCount> find(const SnapshotPart& part) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(part);
    return found == counts_.end() ? std::nullopt : std::optional(found->second);
  }

  /// What has been read once is not replaced by a summary.
  void remember(const SnapshotPart& part, const SnapshotCount& count) {
    const std::lock_guard lock(mutex_);
    const auto [at, fresh] = counts_.emplace(part, count);
    if (!fresh && count.read) at->second = count;
  }

  /// For the steps that restore it: all of it, and by its path where it is of one path alone. `part` names
  /// where it was seen and how it is called there.
  void remember(SnapshotPart part, const Snapshot& snapshot, const SnapshotCount& count) {
    part.subpath.clear();
    remember(part, count);
    // Read trees count the folders above the path: a summary is no more exact than that.
    if (snapshot.paths.size() != 1) return;
    part.subpath = snapshot.paths.front();
    remember(part, {count.tree, false});
  }

 private:
  mutable std::mutex mutex_;
  std::map<SnapshotPart, SnapshotCount> counts_;
};

}  // namespace mxodus
