#include "orchestrator/transport/dial.h"

#include <fcntl.h>

#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "orchestrator/transport/resolve.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;

/// A listening socket on loopback; with a full queue it swallows connections like a filtered port.
class Listener {
 public:
  explicit Listener(int backlog) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(fd_.get(), generic, length), 0);
    EXPECT_EQ(::getsockname(fd_.get(), generic, &length), 0);
    port_ = ntohs(address.sin_port);
    if (backlog >= 0 && ::listen(fd_.get(), backlog) != 0) ADD_FAILURE() << "cannot listen";
  }
  Endpoint endpoint() const { return {"127.0.0.1", port_}; }

 private:
  UniqueFd fd_;
  std::uint16_t port_ = 0;
};

int option(const UniqueFd& fd, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  ::getsockopt(fd.get(), level, name, &value, &length);
  return value;
}

TEST(Dial, GivesABlockingSocketThatNoticesADeadPeerAndIsNotInherited) {
  const Listener listener(5);
  const auto dialled = dial(listener.endpoint(), Deadline(milliseconds(5000)));
  ASSERT_TRUE(dialled) << dialled.error().message;
  EXPECT_EQ(dialled->address, "127.0.0.1 port " + std::to_string(listener.endpoint().port));
  EXPECT_EQ(option(dialled->fd, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option(dialled->fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 30'000);
  EXPECT_EQ(option(dialled->fd, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(dialled->fd, IPPROTO_TCP, TCP_KEEPIDLE), 15);
  EXPECT_TRUE(::fcntl(dialled->fd.get(), F_GETFD) & FD_CLOEXEC);
  EXPECT_FALSE(::fcntl(dialled->fd.get(), F_GETFL) & O_NONBLOCK);
}

TEST(Dial, AClosedPortIsRefused) {
  const Listener bound_only(-1);
  const auto dialled = dial(bound_only.endpoint(), Deadline(milliseconds(5000)));
  ASSERT_FALSE(dialled);
  EXPECT_EQ(dialled.error().kind, ErrorKind::refused);
  EXPECT_EQ(dialled.error().code, "dial.refused");
}

TEST(Dial, APortThatSwallowsConnectionsIsSilentNotRefused) {
  const Listener listener(0);
  std::vector<Dialled> queue;  // fills the accept queue until a connection is swallowed
  for (int i = 0; i < 8; ++i) {
    auto dialled = dial(listener.endpoint(), Deadline(milliseconds(300)));
    if (!dialled) {
      EXPECT_EQ(dialled.error().kind, ErrorKind::no_answer);
      EXPECT_EQ(dialled.error().code, "dial.timeout");
      return;
    }
    queue.push_back(std::move(*dialled));
  }
  FAIL() << "the accept queue never filled up";
}

TEST(Dial, OnlyAMissingRouteSpeaksOfThisMachine) {
  const auto dialled = dial({"224.0.0.1", 25}, Deadline(milliseconds(5000)));  // TCP has no way to a group
  ASSERT_FALSE(dialled);
  EXPECT_EQ(dialled.error().kind, ErrorKind::unreachable);
  EXPECT_EQ(dialled.error().code, "dial.route");
}

TEST(Dial, ANameThatDoesNotExistIsNotFound) {
  // RFC 6761: .invalid never resolves. A machine without any resolver says "could not ask" instead.
  const auto dialled = dial({"mx.invalid", 25}, Deadline(milliseconds(20'000)));
  ASSERT_FALSE(dialled);
  if (dialled.error().kind == ErrorKind::no_answer) GTEST_SKIP() << dialled.error().message;
  EXPECT_EQ(dialled.error().kind, ErrorKind::not_found);
  EXPECT_EQ(dialled.error().code, "dial.name");
}

TEST(Dial, StopsWhenAskedTo) {
  const Listener listener(0);
  std::vector<Dialled> queue;
  while (auto dialled = dial(listener.endpoint(), Deadline(milliseconds(300))))
    queue.push_back(std::move(*dialled));
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  const auto dialled = dial(listener.endpoint(), Deadline(std::chrono::hours(1), stop.get_token()));
  ASSERT_FALSE(dialled);
  EXPECT_EQ(dialled.error().kind, ErrorKind::cancelled);
}

TEST(Dial, AnIpv4PeerIsReachedByANameThatHasBothFamilies) {
  const Listener listener(5);
  const auto dialled = dial({"localhost", listener.endpoint().port}, Deadline(milliseconds(5000)));
  ASSERT_TRUE(dialled) << dialled.error().message;
  EXPECT_EQ(dialled->address, "127.0.0.1 port " + std::to_string(listener.endpoint().port));
}

TEST(Resolve, AddressesNeedNoResolver) {
  const auto addresses = resolve({"2001:db8::1", 993}, Deadline(milliseconds(0)));
  ASSERT_TRUE(addresses);
  ASSERT_EQ(addresses->size(), 1u);
  EXPECT_EQ(to_string(addresses->front()), "2001:db8::1 port 993");
}

}  // namespace
}  // namespace mxodus
