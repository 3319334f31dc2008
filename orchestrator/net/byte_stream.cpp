#include "orchestrator/net/byte_stream.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>

#include "orchestrator/core/file.h"

namespace mxodus {
namespace {

/// How long one poll lasts at most: a stop is noticed after this.
constexpr std::chrono::milliseconds kSlice{100};

tl::unexpected<Error> broken() {
  return fail(ErrorKind::no_answer, "net.closed", "the connection broke: " + errno_text());
}

bool try_again() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

FdStream::FdStream(UniqueFd fd) : fd_(std::move(fd)) {
  ::fcntl(fd_.get(), F_SETFL, ::fcntl(fd_.get(), F_GETFL) | O_NONBLOCK);
}

Result<void> FdStream::wait_for(short events, const Deadline& deadline) {
  while (!deadline.passed()) {
    pollfd waiting{fd_.get(), events, 0};
    const auto slice = std::min(deadline.left(), kSlice);
    const int ready = ::poll(&waiting, 1, static_cast<int>(slice.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return broken();
  }
  if (deadline.stopped()) return fail(ErrorKind::cancelled, "net.cancelled", "the exchange was stopped");
  return fail(ErrorKind::no_answer, "net.timeout", "nothing came in time");
}

Result<std::string> FdStream::read(std::size_t limit, const Deadline& deadline) {
  std::string bytes(std::min<std::size_t>(limit, 16u << 10), '\0');
  while (true) {
    const ssize_t count = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
    if (count >= 0) {
      bytes.resize(static_cast<std::size_t>(count));
      return bytes;
    }
    if (!try_again()) return broken();
    if (auto ready = wait_for(POLLIN, deadline); !ready) return tl::unexpected(ready.error());
  }
}

Result<void> FdStream::write(std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (!try_again()) return broken();
    if (auto ready = wait_for(POLLOUT, deadline); !ready) return ready;
  }
  return {};
}

}  // namespace mxodus
