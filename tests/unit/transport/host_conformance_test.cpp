// What every Host must do, whatever carries it. A new transport joins the list at the end.

#include <signal.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include "orchestrator/transport/host_pool.h"
#include "tests/support/arrange.h"
#include "tests/support/ssh_server.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;

Deadline conformance_soon() {
  return Deadline(std::chrono::seconds(30));
}

struct Kind {
  std::string name;
  bool over_ssh;
  std::function<void(HostSpec&)> adjust;
};

void PrintTo(const Kind& kind, std::ostream* out) {
  *out << kind.name;
}

class HostConformance : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    HostSpec spec;
    spec.name = "new";
    if (GetParam().over_ssh) {
      ASSERT_TRUE(SshServer::available()) << "install openssh-server";
      server_ = std::make_unique<SshServer>();
      spec = server_->spec();
    } else {
      spec.local = true;
    }
    GetParam().adjust(spec);
    auto made = make_host(spec);
    ASSERT_TRUE(made);
    host_ = std::move(*made);
  }

  CommandResult read(std::vector<std::string> argv) {
    auto result = host_->read({std::move(argv)}, conformance_soon());
    if (!result) {
      ADD_FAILURE() << result.error().message;
      return {};
    }
    return *result;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<SshServer> server_;
  std::unique_ptr<Host> host_;
};

TEST_P(HostConformance, SaysWhoItIs) {
  const auto identity = host_->identify(conformance_soon());
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->name, "new");
  EXPECT_EQ(identity->fingerprint, server_ ? server_->fingerprint() : "local");
}

TEST_P(HostConformance, KeepsOutputErrorsAndStatusApart) {
  const CommandResult result = read({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(result.outcome, Outcome(Exited{3}));
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
}

TEST_P(HostConformance, TakesWordsAsTheyAre) {
  const std::string nasty = "a b'c\"d$HOME`x`\\\n*;&";
  EXPECT_EQ(read({"printf", "%s", nasty}).out, nasty);
  EXPECT_EQ(read({"printf", "[%s]", ""}).out, "[]");
}

TEST_P(HostConformance, CarriesEveryByteOfOutput) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  const auto result = host_->read({{"cat"}, {}, all + all}, conformance_soon());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, all + all);
}

TEST_P(HostConformance, CarriesLargeInputAndOutput) {
  const std::string large(3u << 20, 'x');
  const auto result = host_->read({{"cat"}, {}, large}, conformance_soon());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out.size(), large.size());
  EXPECT_FALSE(result->truncated);
}

TEST_P(HostConformance, OutputWithoutANewlineStaysWithoutOne) {
  EXPECT_EQ(read({"printf", "x"}).out, "x");
  EXPECT_EQ(read({"printf", "x\n\n"}).out, "x\n\n");
}

TEST_P(HostConformance, StandardInputEndsAtOnce) {
  EXPECT_EQ(read({"cat"}).out, "");
  EXPECT_TRUE(read({"true"}).exited_with(0)) << "the command before must not have eaten this one";
}

TEST_P(HostConformance, GivesTheEnvironmentAsked) {
  const auto result = host_->read({{"sh", "-c", "echo \"$A $LC_ALL\""}, {{"A", "x y"}}}, conformance_soon());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, "x y C\n");
}

TEST_P(HostConformance, ASignalIsNotAnExitStatus) {
  EXPECT_EQ(read({"sh", "-c", "kill -KILL $$"}).outcome, Outcome(Signalled{"KILL"}));
  EXPECT_EQ(read({"sh", "-c", "kill -TERM $$"}).outcome, Outcome(Signalled{"TERM"}));
}

TEST_P(HostConformance, AMissingProgramIsExitStatus127) {
  EXPECT_EQ(read({"mxodus-no-such-program"}).outcome, Outcome(Exited{127}));
}

TEST_P(HostConformance, KeepsNoMoreOutputThanAsked) {
  const auto result =
      host_->read({{"sh", "-c", "yes | head -c 1000000; echo end >&2"}, {}, {}, 1000}, conformance_soon());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out.size(), 1000u);
  EXPECT_TRUE(result->truncated);
  EXPECT_EQ(result->err, "end\n");
}

TEST_P(HostConformance, AnswersABatchInOrder) {
  const std::vector<Command> commands{{{"echo", "1"}}, {{"false"}}, {{"echo", "3"}}};
  const auto results = host_->read_all(commands, conformance_soon());
  ASSERT_TRUE(results);
  ASSERT_EQ(results->size(), 3u);
  EXPECT_EQ((*results)[0].out, "1\n");
  EXPECT_TRUE((*results)[1].exited_with(1));
  EXPECT_EQ((*results)[2].out, "3\n");
}

TEST_P(HostConformance, WhatACommandChangesOfItsShellEndsWithIt) {
  ASSERT_TRUE(
      host_->read_script("cd /usr; umask 0; set -e; X=1; exit 4", conformance_soon())->exited_with(4));
  EXPECT_EQ(host_->read_script("echo \"$X $(umask)\"; false; pwd", conformance_soon())->out.substr(0, 1),
            " ");
  EXPECT_NE(read({"pwd"}).out, "/usr\n");
}

TEST_P(HostConformance, ASyntaxErrorEndsOnlyItsScript) {
  EXPECT_FALSE(host_->read_script("if then ((", conformance_soon())->exited_with(0));
  EXPECT_EQ(read({"echo", "well"}).out, "well\n");
}

TEST_P(HostConformance, ACommandThatHangsHasNoAnswerAndIsKilled) {
  const auto mark = directory_.path() / "pid";
  const auto result =
      host_->read({{"sh", "-c", "echo begun; " + hanging_script(mark)}}, Deadline(milliseconds(700)));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_FALSE(result->answered());
  EXPECT_EQ(result->out, "begun\n");
  const int pid = std::stoi(slurp(mark));
  EXPECT_TRUE(eventually([&] { return ::kill(pid, 0) != 0; })) << "the command still runs";
  EXPECT_EQ(read({"echo", "well"}).out, "well\n");
}

TEST_P(HostConformance, AHungCommandDoesNotHoldUpTheOthers) {
  std::stop_source stop;
  const auto mark = directory_.path() / "hangs";
  std::thread hanging([&] {
    const auto result =
        host_->read({{"sh", "-c", hanging_script(mark)}}, Deadline(std::chrono::hours(1), stop.get_token()));
    EXPECT_TRUE(result && !result->answered());
  });
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(mark); }));
  EXPECT_EQ(read({"echo", "well"}).out, "well\n");
  stop.request_stop();
  hanging.join();
  // The server of this test goes with it, and would take along what is on its way to kill the command.
  EXPECT_TRUE(eventually([&] { return ::kill(std::stoi(slurp(mark)), 0) != 0; })) << "the command still runs";
}

TEST_P(HostConformance, ServesManyThreadsAtOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([this, i] {
      for (int j = 0; j < 5; ++j) {
        const std::string text = std::to_string(i) + "-" + std::to_string(j);
        EXPECT_EQ(read({"echo", text}).out, text + "\n");
      }
    });
}

TEST_P(HostConformance, ScriptsGetTheirInput) {
  const auto result = host_->run_script("read -r first; cat; exit 5", "first\nrest", conformance_soon());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, "rest");
  EXPECT_TRUE(result->exited_with(5));
}

TEST_P(HostConformance, InputIsInNoArgumentListAndNoEnvironment) {
  const auto result = host_->run_script(
      "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null; cat >/dev/null; echo seen", "canary-4711",
      conformance_soon());
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->out.ends_with("seen\n"));
  EXPECT_EQ(result->out.find("canary-4711"), std::string::npos);
}

TEST_P(HostConformance, AScriptIsInNoArgumentListAndMayBeLargerThanOne) {
  const auto result = host_->read_script(
      "cat /proc/[0-9]*/cmdline 2>/dev/null; echo seen; : 'canary-4712" + std::string(300u << 10, 'x') + "'",
      conformance_soon());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->out.ends_with("seen\n")) << result->err;
  EXPECT_EQ(result->out.find("canary-4712"), std::string::npos);
}

TEST_P(HostConformance, AScriptThatIsEndedCleansUpBehindItself) {
  const auto begun = directory_.path() / "begun", clean = directory_.path() / "clean";
  std::stop_source stop;
  std::thread running([&] {
    const auto result =
        host_->run_script("trap 'sleep 0.3; : >" + clean.string() +
                              "' EXIT\ntrap 'exit 1' PIPE TERM  # its stderr may be gone\n: >" +
                              begun.string() + "\nwhile :; do sleep 0.1; done\n",
                          "input", Deadline(std::chrono::hours(1), stop.get_token()));
    EXPECT_TRUE(result && !result->answered());
  });
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(begun); }));
  stop.request_stop();
  running.join();
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(clean); }));
}

TEST_P(HostConformance, InputThatNobodyReadsIsNoFault) {
  std::signal(SIGPIPE, SIG_IGN);  // as the program does: a pipe to a child knows no MSG_NOSIGNAL
  const auto result = host_->read({{"true"}, {}, std::string(1u << 20, 'x')}, conformance_soon());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->exited_with(0)) << to_string(result->outcome);
  EXPECT_EQ(read({"echo", "well"}).out, "well\n");
}

TEST_P(HostConformance, AnEmptyCommandIsRefusedHere) {
  EXPECT_EQ(host_->read(Command{}, conformance_soon()).error().kind, ErrorKind::invalid);
}

TEST_P(HostConformance, GoesOnAfterADisconnect) {
  EXPECT_TRUE(read({"true"}).exited_with(0));
  host_->disconnect();
  EXPECT_TRUE(read({"true"}).exited_with(0));
}

INSTANTIATE_TEST_SUITE_P(All, HostConformance,
                         testing::Values(Kind{"local", false, [](HostSpec&) {}},
                                         Kind{"ssh", true, [](HostSpec&) {}}),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace mxodus
