// Connections made from a host, and hosts behind other hosts.

#include <poll.h>
#include <unistd.h>

#include <array>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "orchestrator/transport/host_pool.h"
#include "orchestrator/transport/ssh/dial_refusal.h"
#include "orchestrator/transport/ssh/ssh_host.h"
#include "tests/support/arrange.h"
#include "tests/support/ssh_server.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

Deadline dial_soon() {
  return Deadline(std::chrono::seconds(30));
}

std::string read_some(const UniqueFd& fd) {
  pollfd wait{fd.get(), POLLIN, 0};
  if (::poll(&wait, 1, 20'000) <= 0) return "";
  std::array<char, 256> bytes{};
  const ssize_t got = ::read(fd.get(), bytes.data(), bytes.size());
  return got > 0 ? std::string(bytes.data(), static_cast<std::size_t>(got)) : "";
}

TEST(SshDial, ReachesWhatTheHostReaches) {
  SshServer server;
  SshHost host(server.spec());
  const auto fd = host.dial({"127.0.0.1", server.port()}, dial_soon());
  ASSERT_TRUE(fd) << fd.error().message;
  EXPECT_THAT(read_some(*fd), HasSubstr("SSH-2.0-"));
}

TEST(SshDial, AClosedPortIsRefused) {
  SshServer server, gone;
  gone.stop_listening();
  SshHost host(server.spec());
  const auto fd = host.dial({"127.0.0.1", gone.port()}, dial_soon());
  ASSERT_FALSE(fd);
  EXPECT_EQ(fd.error().code, "dial.refused");
  EXPECT_EQ(fd.error().kind, ErrorKind::refused);
}

TEST(SshDial, ForwardingThatIsNotAllowedIsToldFromAClosedPort) {
  SshServer server({"AllowTcpForwarding no"});
  SshHost host(server.spec());
  const auto fd = host.dial({"127.0.0.1", server.port()}, dial_soon());
  ASSERT_FALSE(fd);
  EXPECT_EQ(fd.error().code, "dial.prohibited");
  EXPECT_TRUE(host.read({{"true"}}, dial_soon())) << "the connection stays usable";
}

TEST(SshDial, ManyRefusalsAtOnceEachGetTheirOwnReason) {
  SshServer server({"PermitOpen 127.0.0.1:1 127.0.0.1:2"});
  SshHost host(server.spec());
  std::vector<std::jthread> threads;
  for (int i = 0; i < 12; ++i)
    threads.emplace_back([&host, i] {
      const auto fd = host.dial({"127.0.0.1", static_cast<std::uint16_t>(1 + i % 4)}, dial_soon());
      ASSERT_FALSE(fd);
      EXPECT_EQ(fd.error().code, i % 4 < 2 ? "dial.refused" : "dial.prohibited") << fd.error().message;
    });
}

TEST(SshDial, MoreThanAConnectionCarriesWaitTheirTurn) {
  SshServer server({"MaxStartups 100"});
  SshHost host(server.spec());
  std::vector<std::jthread> threads;
  for (int i = 0; i < 40; ++i)
    threads.emplace_back([&] {
      const auto fd = host.dial({"127.0.0.1", server.port()}, dial_soon());
      ASSERT_TRUE(fd) << fd.error().message;
      EXPECT_THAT(read_some(*fd), HasSubstr("SSH-2.0-"));
    });
}

TEST(SshDial, CarriesLargeTransfersBothWaysAndTheirEnds) {
  SshServer server;
  SshHost host(server.spec());
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
  const auto fd = host.dial({"127.0.0.1", ntohs(address.sin_port)}, dial_soon());
  ASSERT_TRUE(fd) << fd.error().message;

  // The peer sends everything back and then ends.
  std::jthread echo([&] {
    const UniqueFd peer(::accept(listener.get(), nullptr, nullptr));
    std::vector<char> chunk(1 << 16);
    for (ssize_t got; (got = ::read(peer.get(), chunk.data(), chunk.size())) > 0;)
      for (ssize_t sent = 0, n; sent < got; sent += n)
        if ((n = ::write(peer.get(), chunk.data() + sent, static_cast<std::size_t>(got - sent))) <= 0) return;
  });
  const std::size_t size = 8u << 20;
  std::jthread sender([&] {
    const std::string all(size, 'm');
    for (std::size_t sent = 0; sent < size;) {
      pollfd wait{fd->get(), POLLOUT, 0};
      if (::poll(&wait, 1, 20'000) <= 0) return;
      const ssize_t n = ::send(fd->get(), all.data() + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n > 0) sent += static_cast<std::size_t>(n);
    }
    ::shutdown(fd->get(), SHUT_WR);
  });
  std::size_t received = 0;
  for (std::string chunk; !(chunk = read_some(*fd)).empty();) received += chunk.size();
  EXPECT_EQ(received, size);
}

TEST(SshDial, AHostBehindAJumpHostIsReachedThroughIt) {
  SshServer jump, target;
  append_to(target.ssh_config(), slurp(jump.ssh_config()).replace(0, 11, "Host bastion"));
  HostSpec spec = target.spec();
  spec.jump = "bastion";
  SshHost host(spec);
  const auto identity = host.identify(dial_soon());
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->fingerprint, target.fingerprint());
  EXPECT_THAT(identity->address, HasSubstr("through bastion"));
  EXPECT_THAT(jump.log(), HasSubstr("Accepted publickey"));
  EXPECT_EQ(host.read({{"echo", "well"}}, dial_soon())->out, "well\n");

  ASSERT_GT(jump.kill_sessions(), 0u);
  EXPECT_TRUE(eventually([&] {
    const auto result = host.read({{"echo", "again"}}, dial_soon());
    return result && result->out == "again\n";
  }));
}

TEST(SshDial, AJumpHostMayBeAHostOfThePlaybookWithItsOwnKeyAndPin) {
  SshServer jump, target;
  write_private(jump.known_hosts(), "");
  HostSpec bastion = jump.spec("bastion");
  bastion.host_key = jump.fingerprint();
  HostSpec spec = target.spec();
  spec.jump = "bastion";
  HostPool pool({bastion, spec});
  const auto identity = (*pool.find("new"))->identify(dial_soon());
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->fingerprint, target.fingerprint());
  EXPECT_THAT(jump.log(), HasSubstr("Accepted publickey"));
}

TEST(SshDial, AJumpHostsRefusalIsSaidOfTheJumpHost) {
  SshServer jump, target;
  write_private(jump.known_hosts(), "");
  append_to(target.ssh_config(), slurp(jump.ssh_config()).replace(0, 11, "Host bastion"));
  HostSpec spec = target.spec();
  spec.jump = "bastion";
  const auto identity = SshHost(spec).identify(dial_soon());
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, "ssh.host-key-unknown");
  EXPECT_THAT(one_line(identity.error()), HasSubstr("jump host bastion"));
}

TEST(SshDial, JumpHostsInACircleAreFound) {
  SshServer target;
  append_to(target.ssh_config(),
            "Host a\n  HostName 127.0.0.1\n  ProxyJump b\nHost b\n  HostName 127.0.0.1\n  ProxyJump a\n");
  HostSpec spec = target.spec();
  spec.jump = "a";
  const auto identity = SshHost(spec).identify(dial_soon());
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, "ssh.jump-loop");
}

struct Refusal {
  const char* said;
  const char* code;
};

TEST(DialRefusal, TheWordsOfSshdAreTold) {
  // As libssh gives them; the texts are those of OpenSSH 9.2 on Debian 12.
  for (const Refusal& refusal : {
           Refusal{"Channel opening failure: channel 44 error (1) open failed", "dial.prohibited"},
           Refusal{"Channel opening failure: channel 44 error (2) Connection refused", "dial.refused"},
           Refusal{"Channel opening failure: channel 44 error (2) Connection timed out", "dial.timeout"},
           Refusal{"Channel opening failure: channel 44 error (2) Network is unreachable", "dial.route"},
           Refusal{"Channel opening failure: channel 44 error (2) No route to host", "dial.rejected"},
           Refusal{"Channel opening failure: channel 44 error (2) Host is unreachable", "dial.rejected"},
           Refusal{"Channel opening failure: channel 44 error (2) Permission denied", "dial.rejected"},
           Refusal{"Channel opening failure: channel 44 error (2) Name or service not known", "dial.name"},
           Refusal{"Channel opening failure: channel 44 error (2) Temporary failure in name resolution",
                   "dial.resolver"},
           Refusal{"Channel opening failure: channel 44 error (2) Connect failed", "dial.unclear"},
       })
    EXPECT_EQ(dial_refusal({"mx.example.org", 25}, "new", refusal.said).code, refusal.code) << refusal.said;
}

}  // namespace
}  // namespace mxodus
