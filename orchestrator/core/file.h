#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "orchestrator/core/result.h"

namespace mxodus {

/// The whole file, `limit` bytes at most; larger is an error, not a cut.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

/// Writes beside `path`, syncs, renames over it and syncs the folder: after success the new content is
/// durable, after any failure the old content is whole. Mode 0600.
Result<void> write_file_durably(const std::filesystem::path& path, std::string_view content);

/// Makes the entries of the folder durable: files that were made in it, renamed or removed.
Result<void> sync_directory(const std::filesystem::path& path);

/// Makes the folder and its parents, each new one with mode 0700.
Result<void> make_private_directory(const std::filesystem::path& path);

/// "No space left on device" and the like for the present errno.
std::string errno_text();

/// $XDG_STATE_HOME/mxodus, or ~/.local/state/mxodus.
std::filesystem::path state_directory();
/// $XDG_CONFIG_HOME/mxodus, or ~/.config/mxodus.
std::filesystem::path config_directory();

}  // namespace mxodus
