#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/command.h"
#include "orchestrator/core/quantity.h"
#include "orchestrator/core/result.h"
#include "steps/support/version.h"

namespace mxodus {

/// What a file system has left for a user without privileges.
struct Room {
  Size bytes;
  std::optional<std::int64_t> inodes;  ///< absent where the file system has no fixed number of them (btrfs)
  std::string asked_at;                ///< the path, or its nearest parent that exists
};

/// Prints the version of a program; exit status 127 where there is none of that name.
Command version_command(const std::string& tool);

/// Asks the file system on which `path` is, or would be. Read by parse_room().
Command room_command(const std::string& path);
Result<Room> parse_room(std::string_view output);

/// MemAvailable of /proc/meminfo: what programs can take without swapping.
std::optional<Size> parse_available_memory(std::string_view meminfo);

/// The mount points of /proc/self/mounts, with their octal escapes undone.
std::vector<std::string> parse_mount_points(std::string_view mounts);

/// The uid in a line of getent passwd.
std::optional<std::int64_t> parse_uid(std::string_view passwd_line);

/// Seconds and nanoseconds of `date +%s.%N`.
std::optional<Time> parse_clock(std::string_view text);

/// A whole text that is one number without sign; absent for anything else.
std::optional<std::int64_t> parse_count(std::string_view text);

/// Whether a clock that seems `distance` off, give or take `doubt`, is off by `limit` at most; nothing where
/// the doubt decides.
std::optional<bool> surely_within(std::chrono::milliseconds distance, std::chrono::milliseconds doubt,
                                  std::chrono::milliseconds limit);

}  // namespace mxodus
