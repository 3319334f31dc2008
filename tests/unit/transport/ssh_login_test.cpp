// Who is let in, and by which key; and which servers we let ourselves be led to.

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "orchestrator/transport/ssh/agent.h"
#include "orchestrator/transport/ssh/ssh_host.h"
#include "tests/support/arrange.h"
#include "tests/support/ssh_server.h"

namespace mxodus {
namespace {

using testing::HasSubstr;
using testing::Not;

Deadline login_soon() {
  return Deadline(std::chrono::seconds(30));
}

void run(std::vector<std::string> argv, std::map<std::string, std::string> env = {}) {
  const auto result = run_process({std::move(argv), std::move(env)}, login_soon());
  ASSERT_TRUE(result && result->exited_with(0)) << (result ? result->err : result.error().message);
}

/// An ssh-agent of the test's own, ended with it.
class TestAgent {
 public:
  explicit TestAgent(std::filesystem::path socket)
      : socket_(std::move(socket)), thread_([this](const std::stop_token& stop) {
          static_cast<void>(
              run_process({{"ssh-agent", "-D", "-a", socket_}}, Deadline(std::chrono::hours(1), stop)));
        }) {
    // Its socket is there a moment before anybody listens at it; an agent without keys ends `ssh-add -l`
    // with 1.
    EXPECT_TRUE(eventually([&] {
      const auto listed = run_process({{"ssh-add", "-l"}, {{"SSH_AUTH_SOCK", socket_}}}, login_soon());
      return listed && listed->exited_with(1);
    }));
  }
  void add(const std::filesystem::path& key) { run({"ssh-add", "-q", key}, {{"SSH_AUTH_SOCK", socket_}}); }
  const std::filesystem::path& socket() const { return socket_; }

 private:
  std::filesystem::path socket_;
  std::jthread thread_;
};

class SshLogin : public testing::Test {
 protected:
  Result<HostIdentity> identify() { return SshHost(spec_).identify(login_soon()); }
  /// The refusal, seen to come before anything was offered.
  Error refused_before_login() {
    const auto identity = identify();
    EXPECT_FALSE(identity);
    EXPECT_THAT(server_.log(), HasSubstr("Connection from"));
    EXPECT_THAT(server_.log(), Not(HasSubstr("publickey")));
    return identity ? Error{} : identity.error();
  }
  /// Replaces the identity of the client's configuration.
  void use_client_lines(const std::string& lines) {
    std::string config;
    for (const std::string& line : split(slurp(server_.ssh_config()), '\n'))
      if (line.find("IdentityFile") == std::string::npos && line.find("IdentityAgent") == std::string::npos)
        config += line + "\n";
    write_private(server_.ssh_config(), config + lines);
  }

  SshServer server_;
  HostSpec spec_ = server_.spec();
};

TEST_F(SshLogin, AnUnknownHostKeyIsRefusedWithItsFingerprintAndTwoWaysToTrustIt) {
  write_private(server_.known_hosts(), "");
  const Error error = refused_before_login();
  EXPECT_EQ(error.code, "ssh.host-key-unknown");
  EXPECT_THAT(error.message, HasSubstr(server_.fingerprint()));
  EXPECT_THAT(error.hint, HasSubstr("`ssh target`"));
  EXPECT_THAT(error.hint, HasSubstr("`host_key: " + server_.fingerprint() + "`"));
}

TEST_F(SshLogin, AnUnknownHostKeyThatThePlaybookNamesIsTrusted) {
  write_private(server_.known_hosts(), "");
  spec_.host_key = server_.fingerprint();
  EXPECT_EQ(identify()->fingerprint, server_.fingerprint());
}

TEST_F(SshLogin, AKeyThatIsNotTheOneOfThePlaybookIsRefusedThoughKnown) {
  spec_.host_key = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  EXPECT_EQ(refused_before_login().code, "ssh.host-key-pin");
}

TEST_F(SshLogin, AChangedHostKeyIsRefusedAndTheOldOneIsFound) {
  make_ssh_key(server_.dir() / "other");
  const std::string other = slurp(server_.dir() / "other.pub");
  write_private(server_.known_hosts(),
                "# comment\n[127.0.0.1]:" + std::to_string(server_.port()) + " " + other);
  use_client_lines("  StrictHostKeyChecking no\n");
  const Error error = refused_before_login();
  EXPECT_EQ(error.code, "ssh.host-key-changed");
  EXPECT_THAT(error.message, HasSubstr(server_.known_hosts().string() + ":2"));
  EXPECT_THAT(error.message, HasSubstr(server_.fingerprint()));
}

TEST_F(SshLogin, ARevokedHostKeyIsRefusedThoughAnotherLineTrustsIt) {
  append_to(server_.known_hosts(), "@revoked * " + server_.host_key() + "\n");
  EXPECT_EQ(refused_before_login().code, "ssh.host-key-revoked");
}

TEST_F(SshLogin, AHashedNameIsFoundAsOpenSshWritesIt) {
  run({"ssh-keygen", "-q", "-H", "-f", server_.known_hosts()});
  EXPECT_THAT(slurp(server_.known_hosts()), HasSubstr("|1|"));
  EXPECT_TRUE(identify());
}

TEST_F(SshLogin, AKeyFileOfSshConfigLogsIn) {
  EXPECT_TRUE(identify());
  EXPECT_THAT(server_.log(), HasSubstr("Accepted publickey"));
}

TEST_F(SshLogin, ThePlaybooksIdentityIsOfferedAlone) {
  use_client_lines("  IdentityAgent none\n  IdentityFile " + (server_.dir() / "host_key").string() + "\n");
  EXPECT_EQ(identify().error().code, "ssh.login");
  spec_.identity = server_.user_key();
  EXPECT_TRUE(identify());
}

TEST_F(SshLogin, AKeyWithAPassphraseAndNoAgentSaysWhatToType) {
  make_ssh_key(server_.dir() / "locked", "secret");
  spec_.identity = server_.dir() / "locked";
  append_to(server_.authorized_keys(), slurp(server_.dir() / "locked.pub"));
  const auto identity = identify();
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, "ssh.passphrase");
  EXPECT_EQ(identity.error().hint, "ssh-add " + (server_.dir() / "locked").string());
}

TEST_F(SshLogin, AUserCertificateBesideItsKeyLogsIn) {
  SshServer server({"TrustedUserCAKeys @DIR@/ca.pub"});
  make_ssh_key(server.dir() / "ca");
  write_private(server.authorized_keys(), "");
  SshHost without(server.spec());
  EXPECT_EQ(without.identify(login_soon()).error().code, "ssh.login");
  const std::string user = ClientSurroundings::of_this_process().local_user;
  run({"ssh-keygen", "-q", "-s", server.dir() / "ca", "-I", "test", "-n", user,
       server.user_key().string() + ".pub"});
  SshHost with(server.spec());
  const auto identity = with.identify(login_soon());
  EXPECT_TRUE(identity) << identity.error().message;
  EXPECT_THAT(server.log(), HasSubstr("ED25519-CERT"));
}

TEST_F(SshLogin, AnAgentWithSevenWrongKeysEndsInASentenceNotInAHang) {
  TestAgent agent(server_.dir() / "agent");
  for (int i = 0; i < 7; ++i) {
    make_ssh_key(server_.dir() / ("wrong" + std::to_string(i)));
    agent.add(server_.dir() / ("wrong" + std::to_string(i)));
  }
  agent.add(server_.user_key());
  use_client_lines("  IdentityFile none\n  IdentityAgent " + agent.socket().string() + "\n");
  const auto identity = identify();
  ASSERT_FALSE(identity);
  EXPECT_TRUE(eventually(
      [&] { return server_.log().find("Too many authentication failures") != std::string::npos; }));
  EXPECT_EQ(identity.error().code, "ssh.too-many-keys");
  EXPECT_THAT(identity.error().hint, HasSubstr("IdentitiesOnly"));

  use_client_lines("  IdentityFile " + server_.user_key().string() + "\n  IdentityAgent " +
                   agent.socket().string() + "\n");
  std::filesystem::remove(server_.user_key());  // only its .pub is left: the agent must sign
  EXPECT_TRUE(identify()) << "the key that ssh_config names is to be offered first";
}

TEST_F(SshLogin, WithIdentitiesOnlyTheAgentsOtherKeysAreNotOffered) {
  TestAgent agent(server_.dir() / "agent");
  agent.add(server_.user_key());
  make_ssh_key(server_.dir() / "named");
  use_client_lines("  IdentitiesOnly yes\n  IdentityFile " + (server_.dir() / "named").string() +
                   "\n  IdentityAgent " + agent.socket().string() + "\n");
  const auto identity = identify();
  ASSERT_FALSE(identity);
  EXPECT_THAT(identity.error().message, HasSubstr("(offered: " + (server_.dir() / "named").string() + ")"));
}

TEST_F(SshLogin, AnAgentThatNeverAnswersDoesNotHoldUpTheLogin) {
  const UniqueFd silent(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{AF_UNIX, {}};
  const std::string path = server_.dir() / "silent";
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(silent.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(silent.get(), 5), 0);
  use_client_lines("  IdentityFile none\n  IdentityAgent " + path + "\n");
  Timing timing;
  timing.login = std::chrono::milliseconds(500);
  SshHost host(spec_, timing);
  const auto identity = host.identify(login_soon());
  ASSERT_FALSE(identity);
  EXPECT_THAT(identity.error().message, HasSubstr("did not"));
}

TEST_F(SshLogin, AProxyCommandIsRefusedWithTheAlternative) {
  use_client_lines("  ProxyCommand nc %h %p\n");
  const auto identity = identify();
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, "ssh.proxy-command");
  EXPECT_THAT(identity.error().hint, HasSubstr("ProxyJump"));
}

}  // namespace
}  // namespace mxodus
