// What goes wrong between here and a host. Each fault is seen to have taken hold before its effect is judged.

#include <signal.h>

#include <atomic>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/process.h"
#include "orchestrator/transport/ssh/ssh_host.h"
#include "tests/support/arrange.h"
#include "tests/support/ssh_server.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

Deadline soon() {
  return Deadline(std::chrono::seconds(30));
}

/// Pings every fifth of a second, so that a test need not wait for a quarter of a minute.
Timing quick() {
  Timing timing;
  timing.ping_every = milliseconds(200);
  timing.ping_deadline = milliseconds(600);
  timing.ping_after_sleep = milliseconds(300);
  timing.kill_grace = milliseconds(1'000);
  return timing;
}

/// The machine's clock, with sleeps that a test adds while others read it.
class SleepyClock final : public Clock {
 public:
  Time now() const override { return system_clock().now(); }
  milliseconds monotonic() const override { return system_clock().monotonic() + milliseconds(idled_.load()); }
  milliseconds boottime() const override {
    return system_clock().boottime() + milliseconds(idled_.load() + slept_.load());
  }
  void sleep(std::chrono::hours by) { slept_ += milliseconds(by).count(); }
  void idle(milliseconds by) { idled_ += by.count(); }

 private:
  std::atomic<std::int64_t> slept_{0}, idled_{0};
};

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

bool all_stopped(const std::vector<pid_t>& pids) {
  for (const pid_t pid : pids)
    if (slurp("/proc/" + std::to_string(pid) + "/status").find("State:\tT") == std::string::npos)
      return false;
  return !pids.empty();
}

Command waits_at(const SshServer& server) {
  return {{"sh", "-c", hanging_script(server.dir() / "waits")}};
}

/// Begins a command that waits, on its own thread, and returns once it runs on the host. A lost connection
/// leaves it running there.
class Waiting {
 public:
  Waiting(SshServer& server, Host& host)
      : Waiting(server, [&] { return host.read(waits_at(server), Deadline(std::chrono::hours(1))); }) {}
  Waiting(SshServer& server, std::function<Result<CommandResult>()> call)
      : thread_([this, call = std::move(call)] { result_ = call(); }) {
    EXPECT_TRUE(eventually([&] { return std::filesystem::exists(server.dir() / "waits"); }));
  }
  ~Waiting() {
    if (thread_.joinable()) thread_.join();
  }
  /// What it came to, once it has.
  const Result<CommandResult>& result() {
    thread_.join();
    return result_;
  }

 private:
  Result<CommandResult> result_;
  std::thread thread_;
};

TEST(SshFault, WithOneSessionAConnectionAllThreadsGetTheirAnswers) {
  SshServer server({"MaxSessions 1"});
  SshHost host(server.spec());
  std::vector<std::jthread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&host, i] {
      const auto result = host.read({{"echo", std::to_string(i)}}, soon());
      ASSERT_TRUE(result) << result.error().message;
      EXPECT_EQ(result->out, std::to_string(i) + "\n");
    });
  threads.clear();
  EXPECT_THAT(server.log(), HasSubstr("no more sessions"));
}

TEST(SshFault, WithOneSessionAConnectionWhatHangsIsKilledThroughASecondOne) {
  SshServer server({"MaxSessions 1"});
  SshHost host(server.spec(), quick());
  const auto mark = server.dir() / "pid";
  ASSERT_TRUE(host.read({{"true"}}, soon())) << "connecting has its own time";
  const auto result = host.read({{"sh", "-c", hanging_script(mark)}}, Deadline(milliseconds(800)));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_FALSE(result->answered());
  const int pid = std::stoi(slurp(mark));
  EXPECT_TRUE(eventually([&] { return ::kill(pid, 0) != 0; }));
  EXPECT_EQ(count(server.log(), "Accepted publickey"), 2u);
  EXPECT_EQ(host.read({{"echo", "well"}}, soon())->out, "well\n");
}

TEST(SshFault, WhomTheServerDropsForTooManyCallersComesBack) {
  SshServer server({"MaxStartups 2:100:2"});
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&server] {
      SshHost host(server.spec());
      const auto identity = host.identify(soon());
      EXPECT_TRUE(identity) << identity.error().message;
    });
  threads.clear();
  EXPECT_THAT(server.log(), HasSubstr("MaxStartups"));
}

TEST(SshFault, AFrozenServerIsNoticedAndTheNextCallReconnects) {
  SshServer server;
  SshHost host(server.spec(), quick());
  Waiting waiting(server, host);
  server.signal_sessions(SIGSTOP);
  ASSERT_TRUE(eventually([&] { return all_stopped(server.session_processes()); }));
  const auto& result = waiting.result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unreachable);
  EXPECT_THAT(result.error().message, HasSubstr("did not answer"));
  EXPECT_EQ(host.read({{"echo", "well"}}, soon())->out, "well\n");
}

TEST(SshFault, AFrozenServerIsNotTakenForAFilteredPort) {
  SshServer server;
  SshHost host(server.spec(), quick());
  ASSERT_TRUE(host.identify(soon()));
  server.signal_sessions(SIGSTOP);
  ASSERT_TRUE(eventually([&] { return all_stopped(server.session_processes()); }));
  const auto dialled = host.dial({"127.0.0.1", server.port()}, Deadline(milliseconds(100)));
  ASSERT_FALSE(dialled);
  EXPECT_EQ(dialled.error().code, "dial.vantage") << dialled.error().message;
  EXPECT_EQ(dialled.error().kind, ErrorKind::no_answer);
}

TEST(SshFault, AServerThatRefusesIsNotTakenForARefusedPort) {
  SshServer server;
  SshHost host(server.spec(), quick());
  server.stop_listening();
  const auto dialled = host.dial({"127.0.0.1", server.port()}, soon());
  ASSERT_FALSE(dialled);
  EXPECT_EQ(dialled.error().code, "dial.vantage") << dialled.error().message;
  EXPECT_EQ(dialled.error().kind, ErrorKind::unreachable);
}

TEST(SshFault, ASlowCommandOnALivingServerIsNotTakenForADeadPeer) {
  SshServer server;
  SshHost host(server.spec(), quick());
  const auto result = host.read({{"sleep", "2"}}, soon());  // three times the ping's deadline
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->exited_with(0)) << to_string(result->outcome);
  EXPECT_EQ(count(server.log(), "Accepted publickey"), 1u);
}

TEST(SshFault, AfterTheLaptopSleptAPeerThatIsGoneIsNoticedBeforeAnythingIsSent) {
  SshServer server;
  SleepyClock clock;
  Timing timing;  // real intervals: only the sleep can make it ask so soon
  timing.ping_after_sleep = milliseconds(300);
  SshHost host(server.spec(), timing, clock);
  ASSERT_TRUE(host.read({{"true"}}, soon()));
  server.signal_sessions(SIGSTOP);
  ASSERT_TRUE(eventually([&] { return all_stopped(server.session_processes()); }));
  clock.sleep(std::chrono::hours(8));
  ASSERT_TRUE(eventually([&] {  // the pulse is looked at within a second
    const auto result = host.read({{"echo", "well"}}, Deadline(milliseconds(2'500)));
    return result && result->out == "well\n";
  }));
  EXPECT_EQ(count(server.log(), "Accepted publickey"), 2u);
}

TEST(SshFault, AfterTheLaptopSleptAHostThatAnswersIsIdentifiedThoughItsConnectionIsGone) {
  SshServer server;
  SleepyClock clock;
  Timing timing;
  timing.ping_after_sleep = milliseconds(300);
  SshHost host(server.spec(), timing, clock);
  ASSERT_TRUE(host.read({{"true"}}, soon()));  // leaves a shell behind that is used again
  server.signal_sessions(SIGSTOP);
  ASSERT_TRUE(eventually([&] { return all_stopped(server.session_processes()); }));
  clock.idle(milliseconds(2'000));
  clock.sleep(std::chrono::hours(8));
  const auto identity = host.identify(soon());
  EXPECT_TRUE(identity) << identity.error().message;
}

TEST(SshFault, ALookWhoseConnectionIsLostIsUnreachableAndTheNextCallReconnects) {
  SshServer server;
  SshHost host(server.spec());
  Waiting waiting(server, host);
  ASSERT_GT(server.kill_sessions(), 0u);
  const auto& result = waiting.result();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unreachable);
  EXPECT_EQ(result.error().code, "ssh.lost-meanwhile");
  EXPECT_THAT(result.error().message, HasSubstr("connection to new was lost"));
  EXPECT_EQ(host.read({{"echo", "well"}}, soon())->out, "well\n");
  EXPECT_EQ(count(server.log(), "Accepted publickey"), 2u);
}

TEST(SshFault, WhatActsHasNoAnswerWhereItsConnectionIsLost) {
  SshServer server;
  SshHost host(server.spec());
  Waiting waiting(server, [&] {
    return host.run_script(hanging_script(server.dir() / "waits"), "", Deadline(std::chrono::hours(1)));
  });
  ASSERT_GT(server.kill_sessions(), 0u);
  const auto& result = waiting.result();
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_FALSE(result->answered());
  EXPECT_THAT(std::get<NoAnswer>(result->outcome).reason, HasSubstr("connection to new was lost"));
}

TEST(SshFault, ABatchKeepsTheAnswersItGotBeforeOneDidNotCome) {
  SshServer server;
  SshHost host(server.spec(), quick());
  ASSERT_TRUE(host.identify(soon())) << "connecting has its own time";
  const std::vector<Command> commands{{{"echo", "first"}}, waits_at(server), {{"echo", "third"}}};
  const auto results = host.read_all(commands, Deadline(milliseconds(1'500)));
  ASSERT_TRUE(results);
  EXPECT_EQ((*results)[0].out, "first\n");
  EXPECT_TRUE((*results)[0].exited_with(0));
  EXPECT_FALSE((*results)[1].answered());
  EXPECT_THAT(std::get<NoAnswer>((*results)[2].outcome).reason, HasSubstr("not asked"));
}

TEST(SshFault, ALoginScriptThatTalksIsNotPartOfAnyOutput) {
  SshServer server;
  append_to(server.dir() / "home" / ".bashrc", "echo WELCOME; echo CAREFUL >&2\n");
  const auto plain = run_process({{"ssh", "-F", server.ssh_config(), "target", "true"}}, soon());
  ASSERT_TRUE(plain);
  if (plain->out != "WELCOME\n") GTEST_SKIP() << "the login shell of this user is not bash";
  SshHost host(server.spec());
  const auto result = host.read({{"sh", "-c", "echo out; echo err >&2"}}, soon());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->out, "out\n");
  EXPECT_EQ(result->err, "err\n");
}

TEST(SshFault, AnAccountWithoutAShellIsRefusedWithItsOwnWords) {
  SshServer server({"ForceCommand echo 'This account is not available.'; exit 1"});
  SshHost host(server.spec());
  const auto identity = host.identify(soon());
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().kind, ErrorKind::refused);
  EXPECT_EQ(identity.error().code, "host.shell");
  EXPECT_THAT(identity.error().message, HasSubstr("This account is not available."));
}

TEST(SshFault, ARefusalOfSudoNamesTheLineThatWouldAllowIt) {
  SshServer server;
  write_private(server.dir() / "bin" / "sudo", "#!/bin/sh\necho 'sudo: a password is required' >&2; exit 1\n",
                true);
  HostSpec spec = server.spec();
  spec.become_sudo = true;
  SshHost host(spec);
  const auto result = host.read({{"true"}}, soon());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "host.sudo");
  EXPECT_THAT(result.error().message, HasSubstr("a password is required"));
  EXPECT_THAT(result.error().hint, HasSubstr("NOPASSWD"));
}

TEST(SshFault, WithSudoEverythingRunsThroughIt) {
  SshServer server;
  write_private(server.dir() / "bin" / "sudo",
                "#!/bin/sh\n[ \"$1\" = -n ] || exit 9\nshift 2\nAS_ROOT=yes exec \"$@\"\n", true);
  HostSpec spec = server.spec();
  spec.become_sudo = true;
  SshHost host(spec);
  EXPECT_EQ(host.read({{"sh", "-c", "echo $AS_ROOT"}}, soon())->out, "yes\n");
  EXPECT_EQ(host.run_script("echo $AS_ROOT; cat", "input", soon())->out, "yes\ninput");
}

TEST(SshFault, EnterPrefixesCommandsButNotScripts) {
  SshServer server;
  HostSpec spec = server.spec();
  spec.enter = {"env", "INSIDE=yes"};
  SshHost host(spec);
  EXPECT_EQ(host.read({{"sh", "-c", "echo ${INSIDE:-no}"}}, soon())->out, "yes\n");
  EXPECT_EQ(host.read_script("echo ${INSIDE:-no}", soon())->out, "no\n");
}

TEST(SshFault, AHostThatIsDownIsUnreachable) {
  SshServer server;
  server.stop_listening();
  SshHost host(server.spec());
  const auto identity = host.identify(soon());
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().kind, ErrorKind::unreachable);
  EXPECT_THAT(identity.error().message, HasSubstr("refuses connections"));
}

/// The machine's clock, put forward by a test.
class EarlyClock final : public Clock {
 public:
  Time now() const override { return system_clock().now(); }
  milliseconds monotonic() const override { return system_clock().monotonic() + milliseconds(ahead_.load()); }
  milliseconds boottime() const override { return system_clock().boottime() + milliseconds(ahead_.load()); }
  void advance(milliseconds by) { ahead_ += by.count(); }

 private:
  std::atomic<std::int64_t> ahead_{0};
};

TEST(SshHost, ThatHasJustAnsweredIsNotAskedWhetherItIsThere) {
  SshServer server;
  EarlyClock clock;
  SshHost host(server.spec(), {}, clock);
  const Deadline no_time{milliseconds(0)};  // enough where nothing is asked
  ASSERT_TRUE(host.read({{"true"}}, soon()));
  const auto identity = host.identify(no_time);
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->fingerprint, server.fingerprint());
  clock.advance(milliseconds(2'000));
  EXPECT_EQ(host.identify(no_time).error().code, "ssh.silent");
  EXPECT_TRUE(host.identify(soon()));
}

}  // namespace
}  // namespace mxodus
