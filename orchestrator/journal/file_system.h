#pragma once

#include <filesystem>
#include <string_view>

#include "orchestrator/core/result.h"

namespace mxodus {

/// What a network or user-space file system calls itself ("NFS"), by the magic number of statfs(2); empty for
/// one that may hold a journal.
std::string_view unsafe_file_system(unsigned long magic);

/// `refused`, "journal.network-file-system": locks and syncs of such file systems cannot be relied on, and
/// SQLite's write-ahead log needs memory shared between processes, which they do not have.
Result<void> refuse_network_file_system(const std::filesystem::path& directory);

}  // namespace mxodus
