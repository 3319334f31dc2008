#include "orchestrator/transport/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/transport/host_pool.h"
#include "orchestrator/transport/ssh/ssh_host.h"
#include "tests/support/arrange.h"
#include "tests/support/fake_host.h"
#include "tests/support/ssh_server.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

Deadline soon() {
  return Deadline(std::chrono::seconds(30));
}

DoctorFinding find(const std::vector<DoctorFinding>& findings, const std::string& what) {
  for (const DoctorFinding& finding : findings)
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
  EXPECT_EQ(find(findings, "shell").verdict, Verdict::ok) << find(findings, "shell").seen;
  for (const DoctorFinding& finding : findings) EXPECT_NE(finding.what, "forwarding");
}

TEST(Doctor, AShellWhosePrintfIsAProgramIsRefused) {
  FakeHost host;
  host.expect_matching("printf", exited(0, "/usr/bin/printf\n"));
  HostSpec spec;
  spec.local = true;
  EXPECT_EQ(find(examine_host(host, spec, soon()), "shell").verdict, Verdict::fail);
}

TEST(Doctor, AShellThatDoesNotAnswerIsUnknown) {
  FakeHost host;
  host.expect_matching("printf", no_answer());
  HostSpec spec;
  spec.local = true;
  EXPECT_EQ(find(examine_host(host, spec, soon()), "shell").verdict, Verdict::unknown);
}

TEST(Doctor, AnAgentThatIsNotThereIsSaidSo) {
  EXPECT_EQ(find(examine_ssh_client("", soon()), "ssh agent").verdict, Verdict::warn);
  EXPECT_EQ(find(examine_ssh_client("/nonexistent/agent", soon()), "ssh agent").verdict, Verdict::fail);
  EXPECT_EQ(find(examine_ssh_client("", soon()), "ssh").verdict, Verdict::ok);
}

}  // namespace
}  // namespace mxodus
