#include "orchestrator/transport/ssh/client_config.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/arrange.h"

namespace mxodus {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const ClientSurroundings around{"/home/alice", "alice", "/run/agent"};

/// What OpenSSH 9.2 printed.
ClientConfig recorded(const std::string& name) {
  const std::string path =
      std::string(MXODUS_SOURCE_DIR) + "/tests/unit/transport/recorded/ssh-G-" + name + ".txt";
  const auto config = parse_client_config(slurp(path), name, around);
  EXPECT_TRUE(config) << config.error().message;
  return config.value_or(ClientConfig{});
}

TEST(ClientConfig, EverythingThatAConnectionNeedsIsTaken) {
  const ClientConfig config = recorded("celeri");
  EXPECT_EQ(config.hostname, "celeri.example.org");
  EXPECT_EQ(config.port, 2222);
  EXPECT_EQ(config.user, "ops");
  EXPECT_TRUE(config.identities_only);
  EXPECT_THAT(config.certificate_files, ElementsAre("/home/alice/.ssh/celeri-cert.pub"));
  EXPECT_EQ(config.identity_agent, "/root/.agent/sock");
  EXPECT_EQ(config.proxy_jump, "jump@bastion.example.org:2200,inner");
  EXPECT_FALSE(config.has_proxy_command);
  EXPECT_THAT(config.known_hosts_files, ElementsAre("/root/.ssh/known_hosts", "/root/.ssh/known_hosts_work",
                                                    "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"));
  EXPECT_EQ(config.host_key_alias, "celeri-2024");
  EXPECT_EQ(config.connect_timeout, std::chrono::seconds(7));
}

TEST(ClientConfig, TildesAndTokensOfIdentityFilesAreExpanded) {
  EXPECT_THAT(recorded("celeri").identity_files,
              ElementsAre("/home/alice/.ssh/id_celeri", "/home/alice/.ssh/celeri.example.org_ops"));
}

TEST(ClientConfig, WithoutAConfigurationTheDefaultsOfOpenSshHold) {
  const ClientConfig config = recorded("plain");
  EXPECT_EQ(config.hostname, "mail.example.org");
  EXPECT_EQ(config.port, 22);
  EXPECT_THAT(config.identity_files, SizeIs(7));
  EXPECT_EQ(config.identity_agent, "/run/agent") << "that of SSH_AUTH_SOCK";
  EXPECT_THAT(config.proxy_jump, IsEmpty());
  EXPECT_THAT(config.host_key_alias, IsEmpty());
  EXPECT_FALSE(config.connect_timeout);
}

TEST(ClientConfig, AProxyCommandIsSeen) {
  EXPECT_TRUE(recorded("vpn").has_proxy_command);
}

TEST(ClientConfig, NoneIsNoAgentNoFileAndNoJump) {
  const auto config = parse_client_config(
      "user a\nhostname h\nport 22\nidentityagent none\nidentityfile none\nproxyjump none\nproxycommand "
      "none\n"
      "userknownhostsfile none\n",
      "h", around);
  ASSERT_TRUE(config);
  EXPECT_FALSE(config->identity_agent);
  EXPECT_THAT(config->identity_files, IsEmpty());
  EXPECT_THAT(config->known_hosts_files, IsEmpty());
  EXPECT_THAT(config->proxy_jump, IsEmpty());
  EXPECT_FALSE(config->has_proxy_command);
}

TEST(ClientConfig, WhatIsNoConfigurationIsAnError) {
  for (const char* output :
       {"", "hostname h\nport 22\n", "hostname h\nuser a\nport 0\n", "hostname h\nuser a\nport 99999\n"})
    EXPECT_EQ(parse_client_config(output, "h", around).error().code, "ssh.config") << output;
}

TEST(ClientConfig, TheHomeIsThatOfThePasswdEntryAsForOpenSsh) {
  const char* home = std::getenv("HOME");
  const std::string before = home ? home : "";
  ::setenv("HOME", "/nonexistent/elsewhere", 1);
  const ClientSurroundings surroundings = ClientSurroundings::of_this_process();
  HostSpec spec;
  spec.ssh = "mail.example.org";
  spec.ssh_config = "/dev/null";
  const auto config = effective_client_config(spec, Deadline(std::chrono::seconds(20)));
  ::setenv("HOME", before.c_str(), 1);
  EXPECT_EQ(surroundings.home, ::getpwuid(::getuid())->pw_dir);
  ASSERT_TRUE(config) << config.error().message;
  // OpenSSH expands this one itself, mxodus the identities.
  EXPECT_THAT(config->known_hosts_files, Contains(surroundings.home + "/.ssh/known_hosts"));
  EXPECT_THAT(config->identity_files, Contains(surroundings.home + "/.ssh/id_ed25519"));
}

TEST(ClientConfig, AnOptionIsNotTakenForAName) {
  HostSpec spec;
  spec.ssh = "-oProxyCommand=touch /tmp/owned";
  const auto config = effective_client_config(spec, Deadline(std::chrono::seconds(20)));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, "ssh.config");
}

TEST(Jump, EveryFormOfProxyJumpIsUnderstood) {
  const auto plain = parse_jump("bastion");
  EXPECT_EQ(plain->ssh, "bastion");
  EXPECT_FALSE(plain->user || plain->port);
  const auto full = parse_jump("bob@bastion.example.org:2200");
  EXPECT_EQ(full->ssh, "bastion.example.org");
  EXPECT_EQ(full->user, "bob");
  EXPECT_EQ(full->port, 2200);
  EXPECT_EQ(parse_jump("ssh://bob@bastion")->user, "bob");
  EXPECT_EQ(parse_jump("[2001:db8::1]:22")->ssh, "2001:db8::1");
  EXPECT_EQ(parse_jump("2001:db8::1")->ssh, "2001:db8::1") << "without brackets there is no port";
}

TEST(Jump, WhatIsNoJumpIsRefused) {
  for (const char* hop :
       {"", "bob@", "bastion:0", "bastion:ssh", "bastion:70000", "[::1", "-oX=y", "[::1]22"})
    EXPECT_EQ(parse_jump(hop).error().code, "ssh.jump") << hop;
}

}  // namespace
}  // namespace mxodus
