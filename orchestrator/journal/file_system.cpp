#include "orchestrator/journal/file_system.h"

#include <array>

#include <sys/vfs.h>

#include "orchestrator/core/file.h"

namespace mxodus {
namespace {

struct FileSystem {
  unsigned long magic;
  std::string_view name;
};

/// From linux/magic.h and the kernel's own sources; several are in no header.
constexpr std::array<FileSystem, 14> unsafe = {{
    {0x6969, "NFS"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB2"},
    {0x517b, "SMB"},
    {0x01021997, "9p"},
    {0x65735546, "FUSE"},  // sshfs, rclone mount, virtiofs and others that cannot be told apart
    {0x5346414f, "AFS"},
    {0x6b414653, "kAFS"},
    {0x73757245, "Coda"},
    {0x00c36400, "Ceph"},
    {0x01161970, "GFS2"},
    {0x7461636f, "OCFS2"},
    {0x0bd00bd0, "Lustre"},
    {0x786f4256, "VirtualBox shared folder"},
}};

}  // namespace

std::string_view unsafe_file_system(unsigned long magic) {
  for (const FileSystem& known : unsafe)
    if (known.magic == magic) return known.name;
  return {};
}

Result<void> refuse_network_file_system(const std::filesystem::path& directory) {
  struct statfs status {};
  if (::statfs(directory.c_str(), &status) != 0)
    return fail(ErrorKind::io, "journal.io",
                "cannot ask which file system " + directory.string() + " is on: " + errno_text());
  // f_type is signed, and CIFS has its highest bit set.
  const std::string_view name = unsafe_file_system(static_cast<unsigned long>(status.f_type) & 0xffffffffUL);
  if (name.empty()) return {};
  return fail(ErrorKind::refused, "journal.network-file-system",
              directory.string() + " is on " + std::string(name) +
                  ", where neither locks nor syncs can be relied on; a journal must be on a local disk",
              "set XDG_STATE_HOME to a folder on a local disk");
}

}  // namespace mxodus
