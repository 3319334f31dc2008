#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <sqlite3.h>

namespace mxodus {

/// SQLite's file system with a memory of what was synced: while it stands, it is the default one of this
/// process.
class PowerLossVfs {
 public:
  struct File {
    std::string synced;                                         ///< what the disk surely holds
    std::vector<std::pair<std::size_t, std::string>> unsynced;  ///< later writes: offset, bytes
  };

  explicit PowerLossVfs(std::filesystem::path folder);
  PowerLossVfs(const PowerLossVfs&) = delete;
  PowerLossVfs& operator=(const PowerLossVfs&) = delete;
  ~PowerLossVfs();

  /// Puts into `folder` what the disk may hold if the power goes now: everything synced, and of the later
  /// writes a random part, some of them torn. -> how many of the later writes were lost or torn
  int lose_power(const std::filesystem::path& folder, std::mt19937& random) const;

  /// Null for what is in another folder.
  File* record(const std::string& path);
  sqlite3_vfs* real() const { return real_; }

 private:
  std::filesystem::path folder_;
  std::map<std::string, File> files_;  ///< by path
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
};

}  // namespace mxodus
