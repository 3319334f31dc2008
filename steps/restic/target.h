#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "orchestrator/core/result.h"
#include "steps/restic/snapshot.h"

namespace mxodus {

/// Where a restore is to go, as scripts::restic_look saw it.
struct RestoreTarget {
  enum class Kind {
    absent,
    empty,
    begun,     ///< an earlier try of the very same restore has left it
    complete,  ///< holds what this restore put there
    foreign,   ///< holds something else
    other,     ///< is no folder
  };
  Kind kind = Kind::absent;
  TreeCount count;                    ///< what is in it, where it is ours
  bool counted = true;                ///< false where counting a begun one took too long
  std::optional<TreeCount> restored;  ///< what was in it when the restore ended
  /// What the snapshot holds there, the folder itself counted; where the job that restored it had to count.
  std::optional<TreeCount> held;
  bool touched = false;  ///< something in it is newer than the end of the restore
  std::int64_t free_bytes = 0;
  std::optional<std::int64_t> free_inodes;  ///< absent where the file system does not count them
};

/// `what` is the first line of the mark that this restore leaves beside its target.
Result<RestoreTarget> parse_restore_target(std::string_view output, std::string_view what);

std::string_view to_string(RestoreTarget::Kind kind);

/// "/mnt/ssd/.mail.mxodus-restore" for "/mnt/ssd/mail".
std::string restore_mark(const std::string& target);

}  // namespace mxodus
