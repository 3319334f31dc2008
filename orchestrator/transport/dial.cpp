#include "orchestrator/transport/dial.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/transport/resolve.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds stagger{250};    // RFC 8305, 5
constexpr milliseconds poll_slice{50};  // how late a stop may be seen

void set_option(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

/// Keepalive alone is off while data is unacknowledged, the user timeout alone while the line is idle.
void watch_peer(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 15);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
}

/// Tries addresses side by side. What failed is remembered by what it tells of the peer.
class Race {
 public:
  explicit Race(std::vector<SocketAddress> addresses) : addresses_(std::move(addresses)) {}

  /// The first that connects.
  Result<Dialled> run(const Endpoint& endpoint, const Deadline& deadline) {
    auto next_start = std::chrono::steady_clock::now();
    while (!deadline.passed()) {
      if (next_ < addresses_.size() && (running_.empty() || std::chrono::steady_clock::now() >= next_start)) {
        start(addresses_[next_++]);
        next_start = std::chrono::steady_clock::now() + stagger;
        continue;
      }
      if (running_.empty()) return lost(endpoint);
      if (auto won = wait(std::min(poll_slice, deadline.left()))) return std::move(*won);
    }
    if (deadline.stopped())
      return fail(ErrorKind::cancelled, "dial.stopped", "stopped while connecting to " + where(endpoint));
    return timed_out(endpoint);
  }

 private:
  struct Attempt {
    UniqueFd fd;
    const SocketAddress* address;
  };

  static std::string where(const Endpoint& endpoint) {
    return printable_line(endpoint.host) + " port " + std::to_string(endpoint.port);
  }

  void start(const SocketAddress& address) {
    UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return note(address, errno);
    if (::connect(fd.get(), address.get(), address.length) != 0 && errno != EINPROGRESS)
      return note(address, errno);
    running_.push_back({std::move(fd), &address});
  }

  std::optional<Dialled> wait(milliseconds slice) {
    std::vector<pollfd> waits;
    for (const Attempt& attempt : running_) waits.push_back({attempt.fd.get(), POLLOUT, 0});
    ::poll(waits.data(), waits.size(), static_cast<int>(slice.count()));
    for (std::size_t i = waits.size(); i-- > 0;) {
      if (!waits[i].revents) continue;
      Attempt attempt = std::move(running_[i]);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      int error = 0;
      socklen_t length = sizeof error;
      ::getsockopt(attempt.fd.get(), SOL_SOCKET, SO_ERROR, &error, &length);
      if (error == 0) return finished(std::move(attempt));
      note(*attempt.address, error);
    }
    return std::nullopt;
  }

  static Dialled finished(Attempt attempt) {
    const int fd = attempt.fd.get();
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    watch_peer(fd);
    return {std::move(attempt.fd), to_string(*attempt.address)};
  }

  void note(const SocketAddress& address, int error) {
    refused_ |= error == ECONNREFUSED || error == ECONNRESET;
    silent_ |= error == ETIMEDOUT;
    rejected_ |= error == EHOSTUNREACH || error == EACCES;  // an ICMP message came back
    errno = error;
    seen_ += (seen_.empty() ? "" : "; ") + to_string(address) + ": " + errno_text();
  }

  Result<Dialled> lost(const Endpoint& endpoint) const {
    if (refused_)
      return fail(ErrorKind::refused, "dial.refused",
                  where(endpoint) + " refuses connections (" + seen_ +
                      "): nothing listens there, or a firewall rejects");
    if (silent_) return timed_out(endpoint);
    if (rejected_)
      return fail(ErrorKind::unreachable, "dial.rejected",
                  where(endpoint) + " is said to be out of reach (" + seen_ +
                      "): a firewall rejects the connection, or the host is down");
    return fail(ErrorKind::unreachable, "dial.route",
                "there is no way to " + where(endpoint) + " from here (" + seen_ + ")");
  }

  Result<Dialled> timed_out(const Endpoint& endpoint) const {
    std::string seen = seen_;
    for (const Attempt& attempt : running_)
      seen += (seen.empty() ? "" : "; ") + to_string(*attempt.address) + ": silent";
    return fail(ErrorKind::no_answer, "dial.timeout",
                where(endpoint) + " did not answer in time (" + seen + "): filtered, down, or far away");
  }

  std::vector<SocketAddress> addresses_;
  std::size_t next_ = 0;
  std::vector<Attempt> running_;
  bool refused_ = false;
  bool silent_ = false;
  bool rejected_ = false;
  std::string seen_;
};

}  // namespace

Result<Dialled> dial(const Endpoint& endpoint, const Deadline& deadline) {
  auto addresses = resolve(endpoint, deadline);
  if (!addresses) return tl::unexpected(std::move(addresses).error());
  return Race(std::move(*addresses)).run(endpoint, deadline);
}

}  // namespace mxodus
