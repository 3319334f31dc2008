#include "orchestrator/journal/lock.h"

#include <fcntl.h>
#include <pwd.h>

#include <array>
#include <cerrno>

#include <nlohmann/json.hpp>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/core/value.h"

namespace mxodus {
namespace {

constexpr std::size_t largest_owner = 4096;

// The lock of an open file description (fcntl_locking(2)): not lost when some library closes another
// descriptor of the file, and F_OFD_GETLK asks without taking it, which flock(2) cannot.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

tl::unexpected<Error> io_error(const char* what, const std::filesystem::path& file) {
  return fail(ErrorKind::io, "run.lock-io",
              std::string("cannot ") + what + " " + file.string() + ": " + errno_text());
}

std::string to_text(const LockOwner& owner) {
  return nlohmann::json{{"pid", owner.pid},
                        {"host", owner.host},
                        {"user", owner.user},
                        {"since", to_string(owner.since)},
                        {"operation", owner.operation}}
             .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

/// An owner that is just writing itself down is read as nobody in particular.
LockOwner owner_from(const std::string& text) {
  const Value value = value_from_json(nlohmann::json::parse(text, nullptr, false));
  const auto member = [&](const char* key) {
    const Value* found = value.find(key);
    return found ? printable_line(to_string(*found)) : std::string();
  };
  LockOwner owner{0, member("host"), member("user"), parse_time(member("since")).value_or(Time{}),
                  member("operation")};
  if (const Value* pid = value.find("pid"))
    if (const auto* number = pid->get<std::int64_t>()) owner.pid = static_cast<pid_t>(*number);
  return owner;
}

LockOwner read_owner(const std::filesystem::path& file) {
  const auto text = read_file(file, largest_owner);
  return text ? owner_from(*text) : LockOwner{};
}

tl::unexpected<Error> locked(const std::filesystem::path& file) {
  const LockOwner owner = read_owner(file);
  const std::string who = owner.pid == 0 ? "another process"
                                         : "process " + std::to_string(owner.pid) + " of " + owner.user +
                                               " on " + owner.host + " (" + owner.operation + ", since " +
                                               to_local_string(owner.since) + ")";
  return fail(ErrorKind::refused, "run.locked",
              who + " drives this run; one process at a time may. status, log and decisions work meanwhile",
              "wait for it to end, or press Ctrl-C there");
}

}  // namespace

LockOwner this_process(std::string operation, Time now) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const passwd* user = ::getpwuid(::getuid());
  return {::getpid(), host.data(), user ? user->pw_name : std::to_string(::getuid()), now,
          std::move(operation)};
}

Result<RunLock> RunLock::acquire(const std::filesystem::path& file, const LockOwner& owner) {
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return io_error("open the lock", file);
  struct flock lock = whole_file();
  if (::fcntl(fd.get(), F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) return locked(file);
    return io_error("take the lock", file);
  }
  const std::string text = to_text(owner);
  if (::ftruncate(fd.get(), 0) != 0 ||
      ::pwrite(fd.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return io_error("write the owner into the lock", file);
  return RunLock(std::move(fd));
}

Result<std::optional<LockOwner>> lock_owner(const std::filesystem::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) return io_error("open the lock", file);
  struct flock lock = whole_file();
  if (::fcntl(fd.get(), F_OFD_GETLK, &lock) != 0) return io_error("ask about the lock", file);
  if (lock.l_type == F_UNLCK) return std::nullopt;
  return read_owner(file);
}

}  // namespace mxodus
