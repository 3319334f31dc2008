#include <fstream>
#include <set>
#include <thread>

#include "orchestrator/core/text.h"
#include "tests/unit/jobs/job_fixture.h"

namespace mxodus {
namespace {

using JobStart = JobFixture;
INSTANTIATE_TEST_SUITE_P(Shells, JobStart, testing::Values("dash", "bash", "busybox"), shell_of);

TEST_P(JobStart, TheExitStatusAndTheOutputAreFoundAgain) {
  ASSERT_TRUE(start("echo out; echo err >&2; exit 7"));
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 7);
  EXPECT_EQ(all_output(), "out\nerr\n");
  EXPECT_EQ(status->output_size, 8);
  EXPECT_TRUE(status->elapsed);
}

TEST_P(JobStart, AJobThatNeverReachedTheHostIsAbsent) {
  EXPECT_TRUE(std::holds_alternative<JobAbsent>(state()));
  EXPECT_THAT(jobs_->output(id_, 0, 10, deadline_), HasCode("job.absent"));
}

TEST_P(JobStart, SecondStartOfTheSameIdAttachesInsteadOfRunningTwice) {
  const std::string script = "echo begun; until [ -e go ]; do sleep 0.05; done";
  ASSERT_TRUE(start(script));
  const auto again = start(script);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(std::holds_alternative<JobRunning>(again->state));
  std::filesystem::create_directory(job_folder() / "work/go");
  ASSERT_TRUE(wait_for_end());
  const auto after_its_end = start(script);
  ASSERT_TRUE(after_its_end);
  EXPECT_TRUE(std::holds_alternative<JobDone>(after_its_end->state));
  EXPECT_EQ(all_output(), "begun\n");
}

TEST_P(JobStart, TwentyParallelStartsRunTheScriptOnce) {
  std::vector<std::thread> callers;
  std::vector<std::string> faults(20);
  for (std::string& fault : faults)
    callers.emplace_back([&] {
      const auto status = start("echo once; sleep 0.1");
      if (!status) fault = status.error().message;
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(std::set<std::string>(faults.begin(), faults.end()), std::set<std::string>{""});
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(all_output(), "once\n");
}

TEST_P(JobStart, AnotherScriptUnderTheSameIdIsAConflict) {
  ASSERT_TRUE(start("echo one"));
  EXPECT_THAT(start("echo two"), HasCode("job.conflict"));
  EXPECT_THAT(start("echo one", [](JobSpec& spec) { spec.env = {{"A", "1"}}; }), HasCode("job.conflict"));
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(all_output(), "one\n");
}

TEST_P(JobStart, EveryByteOfAScriptArrives) {
  std::string script = "cat <<'EOF'\n%s $(id) ' \" \\0 \\\\\n";
  for (int byte = 1; byte < 256; ++byte) script += static_cast<char>(byte);
  ASSERT_TRUE(start(script + "\nEOF"));
  std::ifstream kept(job_folder() / "script");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(kept), {}), script + "\nEOF");
  ASSERT_TRUE(wait_for_end());
}

TEST_P(JobStart, ANoisyLoginShellDoesNoHarm) {
  host_->greeting = "echo 'Welcome to celeri'; echo 'mxodus-jobs 1 0'\n";
  ASSERT_TRUE(start("echo hello"));
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(all_output(), "hello\n");
}

TEST_P(JobStart, ItsEnvironmentIsWhatTheSpecSaysAndNothingOfTheLogin) {
  host_->environment = {{"LOGIN_NOISE", "x"}, {"HOME", "/home/anna"}};
  const std::string odd = "it's \"$HOME\" `id` \\ and\na line";
  ASSERT_TRUE(
      start("printf '%s|%s|%s|' \"$ODD\" \"$HOME\" \"${LOGIN_NOISE-unset}\"; pwd", [&](JobSpec& spec) {
        spec.env = {{"ODD", odd}};
      }));
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(all_output(), odd + "|/home/anna|unset|" + (job_folder() / "work").string() + "\n");
}

TEST_P(JobStart, ItsEnvironmentMayHoldTheRunnersOwnNames) {
  ASSERT_TRUE(start("echo \"$dir $enter $secrets $mode\"", [](JobSpec& spec) {
    spec.env = {{"dir", "/"}, {"enter", "false"}, {"secrets", "/etc"}, {"mode", "x"}};
  }));
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 0);
  EXPECT_EQ(all_output(), "/ false /etc x\n");
}

TEST_P(JobStart, WhatItWritesCanBeReadByOthers) {
  ASSERT_TRUE(start("umask"));
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(all_output(), "0022\n");
}

TEST_P(JobStart, ItIsASessionOfItsOwnWithoutInput) {
  ASSERT_TRUE(
      start("read -r line; echo \"read ended with $?\"; set -- $(cat /proc/$$/stat); echo $(($6 - $$))"));
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(all_output(), "read ended with 1\n0\n");
}

TEST_P(JobStart, AJobInsideAContainerGetsItsScriptThroughThePrefix) {
  HostJobs jobs(*host_, {"env", "WITHIN=the container"}, settings_);
  const JobSpec spec{
      .title = "inside", .script = "cat; echo \"$WITHIN $A\"; exit 4", .env = {{"A", "b c"}}, .inside = true};
  ASSERT_TRUE(jobs.start(id_, spec, lease_, {}, deadline_));
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 4);
  EXPECT_EQ(all_output(), "the container b c\n");
}

TEST_P(JobStart, ClaimedAndNeverBegunCountsAsAbsentAfterItsAgeAndCanBeStarted) {
  const std::string script = "echo ran";
  ASSERT_TRUE(start(script));
  ASSERT_TRUE(wait_for_end());
  make_it_never_begun();
  const JobState claimed = state();
  ASSERT_TRUE(std::holds_alternative<JobRunning>(claimed)) << "it may be about to begin";
  EXPECT_FALSE(std::get<JobRunning>(claimed).begun);
  std::filesystem::last_write_time(job_folder() / "spec",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::minutes(1));
  EXPECT_TRUE(std::holds_alternative<JobAbsent>(state()));
  ASSERT_TRUE(start(script));
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(all_output(), "ran\nran\n") << "the first is of before the fault";
}

TEST_P(JobStart, AHostThatCannotKeepRecordsSaysWhy) {
  const auto broken = folder_ / "not-a-folder";
  std::ofstream(broken) << "x";
  auto jobs = jobs_with([&](JobSettings& settings) { settings.state_dir = broken; });
  EXPECT_THAT(jobs.start(id_, {.script = "true"}, lease_, {}, deadline_), HasCode("job.host-failed"));
  EXPECT_THAT(jobs.acquire(lease_, {}, deadline_), HasCode("job.host-failed"));
}

TEST_P(JobStart, WhatTheDiskDoesNotKeepIsNotBegun) {
  const std::string told = shell_quote((folder_ / "told").string());  // once, as a kernel does
  host_->greeting = "sync() { case \"$*\" in */script*) [ -e " + told + " ] || { : >" + told +
                    "; return 1; } ;; esac; command sync \"$@\"; }\n";
  const auto refused = start("touch ran");
  ASSERT_THAT(refused, HasCode("job.host-failed"));
  EXPECT_THAT(refused.error().message, testing::HasSubstr("/spec failed; "));
  EXPECT_TRUE(std::filesystem::is_empty(state_ / "jobs")) << "something was left behind";
}

TEST_P(JobStart, AJobWhosePlaceTheDiskDoesNotKeepEndsBeforeItsScript) {
  fail_to_sync("*/runner\\ *");
  ASSERT_TRUE(start("touch ran"));
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  ASSERT_TRUE(std::holds_alternative<JobDone>(status->state));
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 143);
  EXPECT_FALSE(std::filesystem::exists(job_folder() / "work/ran"));
  EXPECT_EQ(all_output(), "[mxodus: it was not begun: the disk does not keep its records]\n");
}

TEST_P(JobStart, AnEndThatTheDiskDoesNotKeepIsToldAllTheSame) {
  fail_to_sync("*/rc\\ *");
  ASSERT_TRUE(start("exit 7"));
  EXPECT_TRUE(comes_true([&] { return std::filesystem::exists(job_folder() / "rc"); }));
  const JobState end = state();
  ASSERT_TRUE(std::holds_alternative<JobDone>(end));
  EXPECT_EQ(std::get<JobDone>(end).exit_status, 7);
}

TEST_P(JobStart, AJobThatCannotBeRunAsItIsIsRefusedBeforeAnythingIsSent) {
  const auto with = [&](const std::function<void(JobSpec&)>& change) { return start("true", change); };
  EXPECT_THAT(with([](JobSpec& spec) { spec.env = {{"A;B", "x"}}; }), HasCode("job.spec"));
  EXPECT_THAT(with([](JobSpec& spec) { spec.secrets = {{"../x", "p"}}; }), HasCode("job.spec"));
  EXPECT_THAT(with([](JobSpec& spec) { spec.secrets = {{"password", "p"}}; }), HasCode("job.spec"));
  EXPECT_THAT(with([](JobSpec& spec) { spec.script += '\0'; }), HasCode("job.spec"));
  EXPECT_THAT(jobs_->status(JobId{"../../etc"}, {}, deadline_), HasCode("job.id"));
  EXPECT_THAT(jobs_->file(id_, "../spec", 0, 1, deadline_), HasCode("job.file"));
  EXPECT_FALSE(std::filesystem::exists(job_folder()));
}

}  // namespace
}  // namespace mxodus
