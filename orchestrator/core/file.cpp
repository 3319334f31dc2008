#include "orchestrator/core/file.h"

#include <fcntl.h>
#include <pwd.h>
#include <string.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include <sys/stat.h>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/unique_fd.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> io_error(const char* what, const fs::path& path) {
  const int number = errno;
  const bool full = number == ENOSPC || number == EDQUOT;
  return fail(number == ENOENT ? ErrorKind::not_found : ErrorKind::io, "file.io",
              std::string("cannot ") + what + " " + path.string() + ": " + errno_text(),
              full ? "make room on its disk, then type the same again" : "");
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

fs::path home() {
  if (const char* set = std::getenv("HOME"); set && *set) return set;
  const passwd* entry = getpwuid(getuid());
  return entry ? fs::path(entry->pw_dir) : fs::path("/");
}

fs::path xdg(const char* variable, const char* below_home) {
  // The specification: a relative path in the variable is to be ignored.
  if (const char* set = std::getenv(variable); set && *set == '/') return fs::path(set) / "mxodus";
  return home() / below_home / "mxodus";
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return io_error("read", path);
  std::string content;
  std::array<char, 65536> chunk{};
  for (;;) {
    const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read", path);
    if (got == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(got));
    if (content.size() > limit)
      return fail(ErrorKind::invalid, "file.too-large",
                  path.string() + " is larger than " + std::to_string(limit) + " bytes");
  }
}

Result<void> write_file_durably(const fs::path& path, std::string_view content) {
  const fs::path beside = path.string() + ".new-" + random_hex(4);
  UniqueFd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return io_error("write", beside);
  const bool written = write_all(fd.get(), content) && ::fsync(fd.get()) == 0;
  if (!written || ::rename(beside.c_str(), path.c_str()) != 0) {
    auto error = io_error("write", path);
    ::unlink(beside.c_str());
    return error;
  }
  return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

Result<void> sync_directory(const fs::path& path) {
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return io_error("sync the folder", path);
  return {};
}

Result<void> make_private_directory(const fs::path& path) {
  fs::path so_far;
  for (const fs::path& part : path) {
    so_far /= part;
    if (::mkdir(so_far.c_str(), 0700) != 0) {
      if (errno != EEXIST) return io_error("make the folder", so_far);
      continue;
    }
    // A folder of which its parent knows nothing after a power loss takes all that is in it along.
    const fs::path parent = so_far.has_parent_path() ? so_far.parent_path() : fs::path(".");
    if (auto synced = sync_directory(parent); !synced) return synced;
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    errno = ENOTDIR;
    return io_error("make the folder", path);
  }
  return {};
}

std::string errno_text() {
  const int number = errno;
  std::array<char, 128> buffer{};
  const char* text = ::strerror_r(number, buffer.data(), buffer.size());
  errno = number;
  return text;
}

fs::path state_directory() {
  return xdg("XDG_STATE_HOME", ".local/state");
}
fs::path config_directory() {
  return xdg("XDG_CONFIG_HOME", ".config");
}

}  // namespace mxodus
