#include "orchestrator/transport/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/transport/host_pool.h"
#include "orchestrator/transport/ssh/ssh_host.h"
#include "tests/support/arrange.h"
#include "tests/support/ssh_server.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

Deadline soon() {
  return Deadline(std::chrono::seconds(30));
}

Finding find(const std::vector<Finding>& findings, const std::string& what) {
  for (const Finding& finding : findings)
    if (finding.what == what) return finding;
  ADD_FAILURE() << "nothing was said of " << what;
  return {};
}

TEST(Doctor, AHostThatWorksIsOkInEveryStage) {
  SshServer server;
  SshHost host(server.spec());
  const auto findings = examine_host(host, server.spec(), soon());
  for (const char* what : {"route", "host key", "login", "shell", "forwarding"})
    EXPECT_EQ(find(findings, what).verdict, Verdict::ok) << what << ": " << find(findings, what).seen;
  EXPECT_EQ(find(findings, "host key").seen, server.fingerprint());
}

TEST(Doctor, BehindTheFirstFailureAllIsUnknown) {
  SshServer server;
  write_private(server.known_hosts(), "");
  SshHost host(server.spec());
  const auto findings = examine_host(host, server.spec(), soon());
  EXPECT_EQ(find(findings, "route").verdict, Verdict::ok);
  EXPECT_EQ(find(findings, "host key").verdict, Verdict::fail);
  EXPECT_THAT(find(findings, "host key").advice, HasSubstr("host_key: " + server.fingerprint()));
  EXPECT_EQ(find(findings, "login").verdict, Verdict::unknown);
  EXPECT_EQ(find(findings, "shell").verdict, Verdict::unknown);
}

TEST(Doctor, EachStageIsBlamedForItsOwnFailure) {
  SshServer server({"AllowTcpForwarding no"});
  write_private(server.dir() / "bin" / "sudo", "#!/bin/sh\necho 'sudo: a password is required' >&2; exit 1\n",
                true);
  HostSpec spec = server.spec();
  SshHost plain(spec);
  EXPECT_EQ(find(examine_host(plain, spec, soon()), "forwarding").verdict, Verdict::warn);

  spec.become_sudo = true;
  SshHost with_sudo(spec);
  const auto sudo = find(examine_host(with_sudo, spec, soon()), "sudo");
  EXPECT_EQ(sudo.verdict, Verdict::fail);
  EXPECT_THAT(sudo.advice, HasSubstr("NOPASSWD"));

  write_private(server.authorized_keys(), "");
  SshHost locked_out(spec);
  EXPECT_EQ(find(examine_host(locked_out, spec, soon()), "login").verdict, Verdict::fail);

  server.stop_listening();
  SshHost down(spec);
  EXPECT_EQ(find(examine_host(down, spec, soon()), "route").verdict, Verdict::fail);
}

TEST(Doctor, TheLaptopItselfNeedsNoForwarding) {
  HostSpec spec;
  spec.name = "here";
  spec.local = true;
  const auto host = make_host(spec);
  const auto findings = examine_host(**host, spec, soon());
  EXPECT_EQ(find(findings, "tools").verdict, Verdict::ok) << find(findings, "tools").seen;
}

TEST(Doctor, AUserWhoseProcessesEndAtLogoutIsWarnedOf) {
  const std::string tools =
      "printf=printf\nsetsid=/usr/bin/setsid\nflock=/usr/bin/flock\nsystemd-run=/usr/bin/systemd-run\n";
  const auto logout_kill = [&](const std::string& facts) {
    return find(judge_host_facts(facts + tools), "logout kill").verdict;
  };
  EXPECT_EQ(logout_kill("uid=1000\ninit=systemd\nkill_user_processes=b true\n"), Verdict::fail);
  EXPECT_EQ(logout_kill("uid=1000\ninit=systemd\nkill_user_processes=b false\n"), Verdict::ok);
  EXPECT_EQ(logout_kill("uid=0\ninit=systemd\nkill_user_processes=b true\n"), Verdict::ok);
  EXPECT_EQ(logout_kill("uid=1000\ninit=systemd\nkill_user_processes=\n"), Verdict::unknown);
  EXPECT_EQ(logout_kill("uid=1000\ninit=other\nkill_user_processes=\n"), Verdict::ok);
}

TEST(Doctor, ToolsThatJobsNeedAreNamedWhereTheyAreMissing) {
  const auto tools =
      find(judge_host_facts("uid=1000\ninit=other\nprintf=/usr/bin/printf\nsetsid=\nflock=/usr/bin/flock\n"),
           "tools");
  EXPECT_EQ(tools.verdict, Verdict::fail);
  EXPECT_EQ(tools.seen, "missing: setsid, a shell with printf built in");
}

TEST(Doctor, AnAgentThatIsNotThereIsSaidSo) {
  EXPECT_EQ(find(examine_ssh_client("", soon()), "ssh agent").verdict, Verdict::warn);
  EXPECT_EQ(find(examine_ssh_client("/nonexistent/agent", soon()), "ssh agent").verdict, Verdict::fail);
  EXPECT_EQ(find(examine_ssh_client("", soon()), "ssh").verdict, Verdict::ok);
}

}  // namespace
}  // namespace mxodus
