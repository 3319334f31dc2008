#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "orchestrator/core/text.h"
#include "tests/unit/jobs/job_fixture.h"

namespace mxodus {
namespace {

class JobSecrets : public JobFixture {
 protected:
  void SetUp() override {
    JobFixture::SetUp();
    if (!IsSkipped() && !run_.string().starts_with("/dev/shm"))
      GTEST_SKIP() << "SKIPPED: this machine has no tmpfs at /dev/shm to keep secrets in";
  }

  Result<JobStatus> start_with_secret(const std::string& script, const std::string& value) {
    const JobSpec spec{.title = "restic", .script = script, .secrets = {{"password", "restic_password"}}};
    std::map<std::string, SecretText> values;
    values.emplace("password", SecretText(value));
    return jobs_->start(id_, spec, lease_, values, deadline_);
  }
  std::filesystem::path secret_folder() const { return run_ / id_.text; }

  static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};
INSTANTIATE_TEST_SUITE_P(Shells, JobSecrets, testing::Values("dash", "bash", "busybox"), shell_of);

TEST_P(JobSecrets, EveryByteArrives) {
  std::string value = "%s $(id) `id` ' \" \\0 \\\\ ";
  for (int byte = 0; byte < 256; ++byte) value += static_cast<char>(byte);
  value += "123\n\n ";
  ASSERT_TRUE(start_with_secret("cat \"$MXODUS_SECRETS/password\"", value));
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(all_output(), value);
}

TEST_P(JobSecrets, ACanaryIsNowhereButInItsOwnFileWhileTheJobRuns) {
  const std::string canary = "canary" + std::to_string(::getpid()) + "word";
  ASSERT_TRUE(start_with_secret("echo ready; until [ -e go ]; do sleep 0.05; done", canary));
  ASSERT_TRUE(comes_true([&] { return all_output() == "ready\n"; }));

  EXPECT_EQ(read(secret_folder() / "password"), canary);
  EXPECT_EQ(std::filesystem::status(secret_folder()).permissions(), std::filesystem::perms::owner_all);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(state_)) {
    EXPECT_EQ(entry.path().string().find(canary), std::string::npos);
    if (entry.is_regular_file()) {
      EXPECT_EQ(read(entry.path()).find(canary), std::string::npos) << entry.path();
    }
  }
  const std::string child = "/proc/" + std::to_string(pid_in("child"));
  const std::string runner = "/proc/" + std::to_string(pid_in("runner"));
  // Before its exec the child still has the runner's environment.
  ASSERT_TRUE(comes_true([&] {
    return read(child + "/environ").find("MXODUS_SECRETS=") != std::string::npos;
  })) << "the look itself works";
  for (const std::string& process : {child, runner})
    for (const char* file : {"/environ", "/cmdline"})
      EXPECT_EQ(read(process + file).find(canary), std::string::npos) << process << file;

  std::filesystem::create_directory(job_folder() / "work/go");
  ASSERT_TRUE(wait_for_end());
  EXPECT_TRUE(std::filesystem::is_empty(run_)) << "removed before the end is told";
}

TEST_P(JobSecrets, AreRemovedWhenTheRunnerIsKilled) {
  ASSERT_TRUE(start_with_secret("echo ready; until [ -e go ]; do sleep 0.05; done", "hunter2hunter2"));
  ASSERT_TRUE(comes_true([&] { return all_output() == "ready\n"; }));
  ::kill(pid_in("runner"), SIGKILL);
  ASSERT_TRUE(comes_true([&] { return is_orphan(); }));
  EXPECT_TRUE(std::filesystem::exists(secret_folder())) << "the orphan may still need them";
  std::filesystem::create_directory(job_folder() / "work/go");
  EXPECT_TRUE(comes_true([&] { return std::filesystem::is_empty(run_); }));
}

TEST_P(JobSecrets, AreRemovedByCancel) {
  ASSERT_TRUE(start_with_secret("echo ready; sleep 300", "hunter2hunter2"));
  ASSERT_TRUE(comes_true([&] { return all_output() == "ready\n"; }));
  ASSERT_TRUE(std::filesystem::exists(secret_folder()));
  ASSERT_TRUE(jobs_->cancel(id_, deadline_));
  EXPECT_TRUE(comes_true([&] { return std::filesystem::is_empty(run_); }));
}

TEST_P(JobSecrets, OfASecondStartAreNotLeftBehind) {
  const std::string script = "echo ready; until [ -e go ]; do sleep 0.05; done";
  ASSERT_TRUE(start_with_secret(script, "hunter2hunter2"));
  ASSERT_TRUE(start_with_secret(script, "hunter2hunter2"));
  std::filesystem::create_directory(job_folder() / "work/go");
  ASSERT_TRUE(wait_for_end());
  ASSERT_TRUE(start_with_secret(script, "hunter2hunter2"));
  EXPECT_TRUE(std::filesystem::is_empty(run_));
}

TEST_P(JobSecrets, ThatArriveCutOffLeaveNothing) {
  host_->input_breaks_at = 20;
  EXPECT_THAT(start_with_secret("true", "hunter2hunter2"), HasCode("job.cut-off"));
  EXPECT_TRUE(std::filesystem::is_empty(run_));
}

TEST_P(JobSecrets, OfAStartThatIsEndedLeaveNothing) {
  const auto number = folder_ / "number";
  host_->greeting = "sync() { case \"$*\" in */script*) echo $$ >" + shell_quote(number.string()) +
                    "; while :; do sleep 0.05; done ;; esac; command sync \"$@\"; }\n";
  Result<JobStatus> started;
  std::thread caller([&] { started = start_with_secret("true", "hunter2hunter2"); });
  const auto shell = [&] { return std::atoi(read(number).c_str()); };
  EXPECT_TRUE(comes_true([&] { return shell() > 0; }));
  EXPECT_FALSE(std::filesystem::is_empty(run_));
  EXPECT_EQ(::kill(shell(), SIGTERM), 0);
  caller.join();
  EXPECT_FALSE(started);
  EXPECT_TRUE(std::filesystem::is_empty(run_));
  EXPECT_TRUE(std::filesystem::is_empty(state_ / "jobs"));
}

TEST_P(JobSecrets, AreRefusedWhereTheyCouldReachADisk) {
  const auto disk = folder_ / "run";
  auto jobs = jobs_with([&](JobSettings& settings) { settings.run_dir = disk; });
  std::map<std::string, SecretText> values;
  values.emplace("password", SecretText("hunter2hunter2"));
  const JobSpec spec{.script = "true", .secrets = {{"password", "restic_password"}}};
  const auto started = jobs.start(id_, spec, lease_, values, deadline_);
  if (started) GTEST_SKIP() << "SKIPPED: this machine's folder for temporary files is a tmpfs itself";
  EXPECT_THAT(started, HasCode("job.no-tmpfs"));
  EXPECT_FALSE(std::filesystem::exists(job_folder()));
  EXPECT_TRUE(std::filesystem::is_empty(disk));
}

}  // namespace
}  // namespace mxodus
