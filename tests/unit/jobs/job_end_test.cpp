#include <signal.h>

#include <fstream>
#include <set>
#include <thread>

#include "orchestrator/core/text.h"
#include "tests/unit/jobs/job_fixture.h"

namespace mxodus {
namespace {

using JobEnd = JobFixture;
INSTANTIATE_TEST_SUITE_P(Shells, JobEnd, testing::Values("dash", "bash", "busybox"), shell_of);

bool is_gone(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(stat, text);
  return text.empty() || text.substr(text.rfind(')')).starts_with(") Z");
}

pid_t number_in(const std::string& text) {
  return text.empty() ? 0 : std::stoi(text);
}

TEST_P(JobEnd, ACommandKilledBySignalEndsWith128PlusItsNumber) {
  ASSERT_TRUE(start("kill -9 $$"));
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 137);
}

TEST_P(JobEnd, ALookThatWaitsSeesAnEndThatComesMeanwhileAndElseAnswersInTime) {
  ASSERT_TRUE(start("until [ -e go ]; do sleep 0.05; done; sleep 0.3"));
  const auto before = jobs_->status(id_, Duration{std::chrono::milliseconds(80)}, deadline_);
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_TRUE(std::holds_alternative<JobRunning>(before->state));
  std::filesystem::create_directory(job_folder() / "work/go");
  const auto after = jobs_->status(id_, Duration{std::chrono::seconds(60)}, deadline_);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_TRUE(std::holds_alternative<JobDone>(after->state));
}

TEST_P(JobEnd, AKilledRunnerLeavesAnOrphanWhoseEndIsLostAndWhoseOutputIsWhole) {
  ASSERT_TRUE(start("echo one; until [ -e go ]; do sleep 0.05; done; echo two"));
  ASSERT_TRUE(comes_true([&] { return pid_in("child") > 0; }));
  ASSERT_EQ(::kill(pid_in("runner"), SIGKILL), 0);
  EXPECT_TRUE(comes_true([&] { return is_orphan(); }));
  std::filesystem::create_directory(job_folder() / "work/go");
  EXPECT_TRUE(comes_true([&] { return is_lost("killed with its runner"); }));
  EXPECT_TRUE(comes_true([&] { return all_output() == "one\ntwo\n"; })) << all_output();
}

TEST_P(JobEnd, AGrandchildThatOutlivesRunnerAndCommandIsSeenByItsLock) {
  ASSERT_TRUE(start("sleep 300 & echo $! >grandchild; wait"));
  ASSERT_TRUE(comes_true([&] { return pid_in("child") > 0 && !work_file("grandchild").empty(); }));
  const pid_t runner = pid_in("runner"), child = pid_in("child");
  ::kill(runner, SIGKILL);
  ::kill(child, SIGKILL);
  ASSERT_TRUE(comes_true([&] { return is_gone(runner) && is_gone(child); }));
  EXPECT_TRUE(is_orphan());
  ::kill(number_in(work_file("grandchild")), SIGKILL);
  EXPECT_TRUE(comes_true([&] { return is_lost("killed with its runner"); }));
}

TEST_P(JobEnd, AJobOfAnotherBootIsLostWhateverRunsUnderItsNumbers) {
  ASSERT_TRUE(start("sleep 300"));
  ASSERT_TRUE(comes_true([&] { return pid_in("child") > 0; }));
  const pid_t runner = pid_in("runner");
  std::ifstream was(job_folder() / "runner");
  std::string first;
  std::getline(was, first);
  std::filesystem::remove(job_folder() / "runner");
  std::ofstream(job_folder() / "runner") << first << "\n00000000-0000-0000-0000-000000000000 1\n";
  ASSERT_FALSE(is_gone(runner)) << "the numbers are still in use";
  EXPECT_TRUE(is_lost("rebooted"));
  EXPECT_TRUE(comes_true([&] { return ::kill(-pid_in("child"), SIGKILL) == 0; }));
}

TEST_P(JobEnd, AnEndWhoseStatusAPowerLossTookIsLost) {
  ASSERT_TRUE(start("exit 3"));
  ASSERT_TRUE(wait_for_end());
  std::ofstream(job_folder() / "rc") << std::string(63, ' ') << "\n";
  std::filesystem::remove(job_folder() / "runner");
  std::ofstream(job_folder() / "runner") << "1 1\n00000000-0000-0000-0000-000000000000 1\n";
  EXPECT_TRUE(is_lost("rebooted"));
}

TEST_P(JobEnd, AForeignProcessWithTheRunnersNumberIsNotTakenForIt) {
  ASSERT_TRUE(start("sleep 300"));
  ASSERT_TRUE(comes_true([&] { return pid_in("child") > 0; }));
  const pid_t child = pid_in("child");
  ::kill(pid_in("runner"), SIGKILL);
  // The child is known before it leads its group; until then there is no group to be killed.
  ASSERT_TRUE(comes_true([&] { return ::kill(-child, SIGKILL) == 0; }));
  ASSERT_TRUE(comes_true([&] { return is_lost("killed with its runner"); }));
  // This test's own process now has the number of both; what it cannot have is their start time.
  for (const char* name : {"runner", "child"}) {
    std::ifstream was(job_folder() / name);
    std::string pid, rest;
    was >> pid;
    std::getline(was, rest, '\0');
    std::filesystem::remove(job_folder() / name);
    std::ofstream(job_folder() / name) << ::getpid() << rest;
  }
  EXPECT_TRUE(is_lost("killed with its runner"));
}

TEST_P(JobEnd, CancelLetsTheScriptEndItself) {
  ASSERT_TRUE(start("trap 'echo cleaned up; exit 3' TERM; echo ready; while :; do sleep 0.05; done"));
  ASSERT_TRUE(comes_true([&] { return all_output() == "ready\n"; }));
  const auto status = jobs_->cancel(id_, deadline_);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 3);
  EXPECT_THAT(all_output(), testing::EndsWith("cleaned up\n"));
}

TEST_P(JobEnd, CancelKillsAGroupThatIgnoresTermAndSeesItGone) {
  auto jobs = jobs_with([](JobSettings& settings) { settings.grace = {std::chrono::seconds(1)}; });
  const JobSpec spec{.script = "trap '' TERM; sleep 300 & echo $! >grandchild; echo ready; wait"};
  ASSERT_TRUE(jobs.start(id_, spec, lease_, {}, deadline_));
  ASSERT_TRUE(comes_true([&] { return all_output() == "ready\n"; }));
  const pid_t grandchild = number_in(work_file("grandchild"));
  ASSERT_FALSE(is_gone(grandchild));
  const auto status = jobs.cancel(id_, deadline_);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 137);
  EXPECT_TRUE(comes_true([&] { return is_gone(grandchild); }));
}

TEST_P(JobEnd, CancelAfterItsEndEndsWhatItLeftBehind) {
  ASSERT_TRUE(start("sleep 300 & echo $! >stray"));
  ASSERT_TRUE(wait_for_end());
  const pid_t stray = number_in(work_file("stray"));
  ASSERT_FALSE(is_gone(stray));
  const auto status = jobs_->cancel(id_, deadline_);
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 0) << "its own end stands";
  EXPECT_TRUE(is_gone(stray));
}

TEST_P(JobEnd, CancelReachesAChildThatLeftTheGroup) {
  ASSERT_TRUE(start("setsid sleep 300 & echo $! >stray; echo ready; wait"));
  ASSERT_TRUE(comes_true([&] { return all_output() == "ready\n"; }));
  ASSERT_TRUE(jobs_->cancel(id_, deadline_));
  EXPECT_TRUE(comes_true([&] { return is_gone(number_in(work_file("stray"))); }));
}

TEST_P(JobEnd, CancelFindsTheTreeThroughALinkToTheStateFolder) {
  std::filesystem::create_directory_symlink(state_, folder_ / "link");
  auto jobs = jobs_with([&](JobSettings& settings) {
    settings.state_dir = folder_ / "link";
    settings.grace = {std::chrono::seconds(1)};
  });
  const JobSpec spec{.script = "setsid sleep 300 & echo $! >stray; echo ready; wait"};
  ASSERT_TRUE(jobs.start(id_, spec, lease_, {}, deadline_));
  ASSERT_TRUE(comes_true([&] { return all_output() == "ready\n"; }));
  const auto status = jobs.cancel(id_, deadline_);
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_TRUE(comes_true([&] { return is_gone(number_in(work_file("stray"))); }));
}

TEST_P(JobEnd, CancelEndsAnOrphanToo) {
  ASSERT_TRUE(start("sleep 300"));
  ASSERT_TRUE(comes_true([&] { return pid_in("child") > 0; }));
  const pid_t child = pid_in("child");
  ::kill(pid_in("runner"), SIGKILL);
  ASSERT_TRUE(comes_true([&] { return is_orphan(); }));
  const auto status = jobs_->cancel(id_, deadline_);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_TRUE(std::holds_alternative<JobLost>(status->state));
  EXPECT_TRUE(comes_true([&] { return is_gone(child); }));
}

TEST_P(JobEnd, CancelOfAJobThatHasNotBegunMakesSureItNeverWill) {
  ASSERT_TRUE(start("echo ran"));
  ASSERT_TRUE(wait_for_end());
  make_it_never_begun();
  for (int asked = 0; asked < 2; ++asked)
    EXPECT_THAT(jobs_->cancel(id_, deadline_), HasCode("job.absent")) << "as what never came";
  EXPECT_TRUE(std::holds_alternative<JobAbsent>(state()));
  EXPECT_THAT(start("echo ran"), HasCode("job.buried"));
  EXPECT_EQ(all_output(), "ran\n") << "of before the fault";
}

TEST_P(JobEnd, CancelOfAJobThatCannotBeKeptFromBeginningSaysSo) {
  ASSERT_TRUE(start("echo ran"));
  ASSERT_TRUE(wait_for_end());
  make_it_never_begun();
  std::filesystem::remove(job_folder() / "run");
  std::filesystem::last_write_time(job_folder() / "spec",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::minutes(1));
  host_->greeting = "sleep() { :; }\n";  // it looks for long
  EXPECT_THAT(jobs_->cancel(id_, deadline_), HasCode("job.not-ended"));
  std::filesystem::remove_all(job_folder());
}

TEST_P(JobEnd, CancelOfWhatIsNotThereSaysSo) {
  EXPECT_THAT(jobs_->cancel(id_, deadline_), HasCode("job.absent"));
}

TEST_P(JobEnd, CancelOfWhatIsOnItsWayMakesSureItNeverBegins) {
  const auto gate = folder_ / "gate";
  host_->greeting = "sync() { case \"$*\" in */script*) until [ -e " + shell_quote(gate.string()) +
                    " ]; do sleep 0.05; done ;; esac; command sync \"$@\"; }\n";
  const auto is_staged = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(state_ / "jobs"))
      if (std::filesystem::exists(entry.path() / "spec")) return true;
    return false;
  };
  Result<JobStatus> started;
  std::thread caller([&] { started = start("touch ran"); });
  EXPECT_TRUE(comes_true(is_staged));
  EXPECT_THAT(jobs_->cancel(id_, deadline_), HasCode("job.absent"));
  EXPECT_TRUE(std::holds_alternative<JobAbsent>(state()));
  std::ofstream(gate).flush();
  caller.join();
  EXPECT_THAT(started, HasCode("job.buried"));
  EXPECT_FALSE(std::filesystem::exists(job_folder() / "work/ran"));
  EXPECT_TRUE(std::holds_alternative<JobAbsent>(state()));
  EXPECT_THAT(jobs_->cancel(id_, deadline_), HasCode("job.absent")) << "also the second time";
  EXPECT_TRUE(jobs_->purge(lease_, {}, deadline_));
  EXPECT_TRUE(std::filesystem::is_empty(state_ / "jobs"));
}

TEST_P(JobEnd, CancelWhereNoJobIsKeptLeavesNothing) {
  auto jobs = jobs_with([&](JobSettings& settings) { settings.state_dir = folder_ / "never"; });
  EXPECT_THAT(jobs.cancel(id_, deadline_), HasCode("job.absent"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "never"));
}

TEST_P(JobEnd, TheHostItselfEndsAJobAtItsTimeLimit) {
  ASSERT_TRUE(start("sleep 300", [](JobSpec& spec) { spec.kill_after = Duration{std::chrono::seconds(1)}; }));
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 143);
  EXPECT_EQ(all_output(), "[mxodus: ended by its time limit of 1 s]\n");
}

TEST_P(JobEnd, AJobThatEndsBeforeItsTimeLimitLeavesNoTimer) {
  const std::string limit = std::to_string(100'000 + ::getpid());
  ASSERT_TRUE(start("true", [&](JobSpec& spec) { spec.kill_after = parse_duration(limit + "s").value(); }));
  ASSERT_TRUE(wait_for_end());
  EXPECT_TRUE(comes_true([&] {
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
      // A process that ends meanwhile cannot be read to its end: getline keeps that to itself.
      std::ifstream file(process.path() / "cmdline");
      std::string line;
      std::getline(file, line);
      if (line == std::string("sleep") + '\0' + limit + '\0') return false;
    }
    return true;
  }));
}

TEST_P(JobEnd, OnlyWhatIsOverIsPurged) {
  ASSERT_TRUE(start("until [ -e go ]; do sleep 0.05; done"));
  ASSERT_TRUE(jobs_->purge(lease_, {}, deadline_));
  EXPECT_TRUE(std::holds_alternative<JobRunning>(state()));
  std::filesystem::create_directory(job_folder() / "work/go");
  ASSERT_TRUE(wait_for_end());
  EXPECT_TRUE(jobs_->purge(lease_, {}, deadline_));
  EXPECT_TRUE(std::filesystem::is_empty(state_ / "jobs"));
  EXPECT_TRUE(jobs_->purge(lease_, {}, deadline_)) << "twice is no error";
}

TEST_P(JobEnd, WhatWasClaimedAndNeverBegunIsPurgedWithItsSecrets) {
  ASSERT_TRUE(start("echo ran"));
  ASSERT_TRUE(wait_for_end());
  make_it_never_begun();
  const auto secrets = run_ / id_.text;
  std::filesystem::create_directory(secrets);
  std::ifstream was(job_folder() / "spec");
  std::string spec((std::istreambuf_iterator<char>(was)), {});
  spec.replace(spec.find("secrets "), 8, "secrets " + secrets.string());
  std::ofstream(job_folder() / "spec") << spec;
  EXPECT_TRUE(jobs_->purge(lease_, {}, deadline_));
  EXPECT_TRUE(std::filesystem::is_empty(state_ / "jobs"));
  EXPECT_FALSE(std::filesystem::exists(secrets));
}

TEST_P(JobEnd, WhatACutOffStartHasStagedIsPurgedAndThatOfOthersIsNot) {
  const std::string ours = ".new." + id_.text + ".n1", others = ".new.20240512-other0.restore.1.n1";
  for (const auto& folder : {state_ / "jobs", run_})
    for (const std::string& name : {ours, others}) std::filesystem::create_directories(folder / name);
  EXPECT_TRUE(jobs_->purge(lease_, {}, deadline_));
  for (const auto& folder : {state_ / "jobs", run_}) {
    EXPECT_FALSE(std::filesystem::exists(folder / ours));
    EXPECT_TRUE(std::filesystem::exists(folder / others));
  }
}

TEST_P(JobEnd, WhatLeftAProcessBehindIsNotPurgedBecauseItsFolderFindsIt) {
  ASSERT_TRUE(start("sleep 300 & echo $!"));
  ASSERT_TRUE(wait_for_end());
  ASSERT_TRUE(jobs_->purge(lease_, {}, deadline_));
  EXPECT_TRUE(std::filesystem::exists(job_folder()));
  ASSERT_TRUE(jobs_->cancel(id_, deadline_));
  ASSERT_TRUE(jobs_->purge(lease_, {}, deadline_));
  EXPECT_FALSE(std::filesystem::exists(job_folder()));
}

TEST_P(JobEnd, WhatIsLostIsPurgedToo) {
  ASSERT_TRUE(start("kill -9 $PPID"));
  ASSERT_TRUE(comes_true([&] { return is_lost("killed with its runner"); }));
  ASSERT_TRUE(jobs_->purge(lease_, {}, deadline_));
  EXPECT_TRUE(std::filesystem::is_empty(state_ / "jobs"));
}

TEST_P(JobEnd, APurgeKeepsWhatItIsToldToAndNeverTouchesAnotherRun) {
  const std::string run = lease_.run;
  const std::vector<JobId> mine = {{run + ".a.1"}, {run + ".a.10"}, {run + ".b.x.1"}};
  for (const JobId& id : mine)
    ASSERT_TRUE(jobs_->start(id, {.script = "true"}, lease_, {}, deadline_)) << id.text;
  for (const JobId& id : mine)
    ASSERT_TRUE(comes_true([&] {
      const auto status = jobs_->status(id, {}, deadline_);
      return status && std::holds_alternative<JobDone>(status->state);
    })) << id.text;
  const auto others = state_ / "jobs" / (run + "0.a.1");
  std::filesystem::create_directory(others);
  for (const char* name : {"spec", "rc", "runner", "lock", "run"})
    std::filesystem::copy(state_ / "jobs" / mine[0].text / name, others);
  ASSERT_TRUE(jobs_->purge(lease_, {mine[0]}, deadline_));
  std::set<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(state_ / "jobs"))
    left.insert(entry.path().filename());
  EXPECT_THAT(left, testing::ElementsAre(mine[0].text, others.filename().string()));
}

TEST_P(JobEnd, WhoeverWasTakenOverPurgesNothing) {
  ASSERT_TRUE(start("true"));
  ASSERT_TRUE(wait_for_end());
  ASSERT_TRUE(jobs_->acquire({"20240513-zz11aa", "lineage-2", "laptop-b", "bert", 2}, 1, deadline_));
  EXPECT_THAT(jobs_->purge(lease_, {}, deadline_), HasCode("lease.stale"));
  EXPECT_TRUE(std::filesystem::exists(job_folder()));
}

}  // namespace
}  // namespace mxodus
