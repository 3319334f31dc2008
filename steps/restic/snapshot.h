#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/quantity.h"
#include "orchestrator/core/result.h"

namespace mxodus {

/// How many files a snapshot, or a part of it, holds, and their bytes.
struct TreeCount {
  std::int64_t files = 0;
  std::int64_t folders = 0;
  std::int64_t others = 0;  ///< symbolic links, devices, sockets
  std::int64_t bytes = 0;   ///< of the files
  bool operator==(const TreeCount&) const = default;
};

/// An entry of `restic snapshots --json`.
struct Snapshot {
  std::string id;
  std::string short_id;
  Time time;  ///< when its backup began
  std::string hostname;
  std::vector<std::string> paths;
  std::vector<std::string> tags;
  /// Written by restic 0.17 and later. Its folders count those above `paths` too, its others are not known.
  std::optional<TreeCount> summary;
};

/// All snapshots of the listing, oldest first. `no_answer` where it cannot be read; entries of a form that is
/// not understood make the whole listing unreadable, for the newest might be among them.
Result<std::vector<Snapshot>> parse_snapshots(std::string_view json);

/// The bytes that `restic stats --json --mode restore-size` tells of a snapshot; nothing where it does not.
std::optional<std::int64_t> parse_restore_size(std::string_view json);

/// What scripts::restic_count_nodes makes of `restic ls --json` on the host, so that a million files cost the
/// laptop one line.
struct FilteredCount {
  TreeCount count;
  int exit_status = 0;
};
Result<FilteredCount> parse_filtered_count(std::string_view output);

}  // namespace mxodus
