#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "tests/unit/jobs/job_fixture.h"

namespace mxodus {
namespace {

/// Root on a host of the lab whose PID 1 is systemd, by `docker/lab exec`.
class LabHost final : public ScriptHost {
 public:
  explicit LabHost(std::string user = "root") : user_(std::move(user)) {}

  Result<CommandResult> run_script(const std::string& script, const std::string& input,
                                   const Deadline& deadline) override {
    return run_process({{lab(), "exec", "-u", user_, "new-mx", "sh", "-c", script}, {}, input}, deadline);
  }
  /// What `script` printed; the test fails where it did not end well.
  std::string say(const std::string& script) {
    const auto result = run_script(script, "", Deadline(std::chrono::seconds(30)));
    if (!result || !result->exited_with(0)) ADD_FAILURE() << script << ": " << (result ? result->err : "");
    return result ? std::string(trim(result->out)) : "";
  }
  static bool is_up() {
    const auto result = run_process({{lab(), "status"}}, Deadline(std::chrono::seconds(30)));
    return result && result->exited_with(0);
  }

 private:
  static std::string lab() { return MXODUS_SOURCE_DIR "/docker/lab"; }
  const std::string user_;
};

class SystemdJobs : public testing::Test {
 protected:
  void SetUp() override {
    if (!LabHost::is_up()) GTEST_SKIP() << "SKIPPED: the lab is not up; `docker/lab up` starts it";
    ASSERT_TRUE(jobs_.acquire(lease_, {}, deadline_));
  }
  void TearDown() override {
    if (IsSkipped()) return;
    (void)jobs_.cancel(id_, deadline_);
    host_.say("systemctl reset-failed '" + unit_ + "' 2>/dev/null; umount " + state_ +
              " 2>/dev/null; rm -rf " + state_ + " " + run_);
  }

  Result<JobStatus> start(JobSpec spec, const std::string& secret = "") {
    std::map<std::string, SecretText> values;
    if (!secret.empty()) {
      spec.secrets = {{"password", "restic_password"}};
      values.emplace("password", SecretText(secret));
    }
    return jobs_.start(id_, spec, lease_, values, deadline_);
  }
  std::optional<JobStatus> wait_for_end() {
    std::optional<JobStatus> last;
    comes_true([&] {
      const auto status = jobs_.status(id_, {}, deadline_);
      if (!status) ADD_FAILURE() << status.error().message;
      if (status && !std::holds_alternative<JobRunning>(status->state)) last = *status;
      return last || !status;
    });
    return last;
  }
  bool prints(const std::string& text) {
    return comes_true([&] { return jobs_.output(id_, 0, 1000, deadline_).value_or("") == text; });
  }
  std::string property(const std::string& name) {
    return host_.say("systemctl show --value -p " + name + " " + unit_);
  }

  const std::string word_ = random_hex(4);
  const JobId id_{"20240512-" + word_ + ".restore.1"};
  const std::string unit_ = "mxodus-" + id_.text + ".service";
  const std::string state_ = "/var/lib/mxodus-test-" + word_, run_ = "/run/mxodus-test-" + word_;
  const Lease lease_{"20240512-" + word_, "lineage-1", "laptop-a", "anna", 1};
  const Deadline deadline_{std::chrono::seconds(90)};
  LabHost host_;
  HostJobs jobs_{host_, {}, {state_, run_, {std::chrono::seconds(2)}}};
};

TEST_F(SystemdJobs, RootsJobsAreSystemUnitsOfLowPriority) {
  ASSERT_TRUE(
      start({.title = "restic restore 9644354b", .script = "cat /proc/self/cgroup; nice; ionice; exit 7"}));
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 7);
  const std::string output = jobs_.output(id_, 0, 1000, deadline_).value_or("");
  EXPECT_THAT(output, testing::HasSubstr("/system.slice/" + unit_ + "\n"));
  EXPECT_THAT(output, testing::HasSubstr("\n10\nbest-effort: prio 7\n"));
  EXPECT_EQ(property("LoadState"), "not-found") << "systemd forgets a unit that ended well; our files do not";
}

TEST_F(SystemdJobs, CancelEndsTheWholeControlGroup) {
  // A daemon as they come: a session of its own, every descriptor closed, TERM ignored.
  ASSERT_TRUE(
      start({.script = "trap '' TERM; setsid sh -c 'exec sleep 300' </dev/null >/dev/null 2>&1 7>&- & "
                       "echo $! >daemon; echo ready; wait"}));
  ASSERT_TRUE(prints("ready\n"));
  const std::string daemon = *jobs_.file(id_, "daemon", 0, 20, deadline_);
  const std::string look =
      "if [ -d /proc/" + std::string(trim(daemon)) + " ]; then echo there; else echo gone; fi";
  ASSERT_EQ(host_.say(look), "there");
  const auto status = jobs_.cancel(id_, deadline_);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 137);
  EXPECT_EQ(host_.say(look), "gone");
}

TEST_F(SystemdJobs, AKilledRunnerTakesItsJobAlongAndSystemdsReasonIsTold) {
  ASSERT_TRUE(start({.script = "echo ready; sleep 300"}, "hunter2hunter2"));
  ASSERT_TRUE(prints("ready\n"));
  EXPECT_EQ(host_.say("cat " + run_ + "/" + id_.text + "/password"), "hunter2hunter2");
  host_.say("kill -9 " + property("MainPID"));
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobLost>(status->state).why, "killed with its runner (systemd: signal)");
  EXPECT_EQ(host_.say("ls -A " + run_), "") << "the secrets are gone";
}

TEST_F(SystemdJobs, AnOomKillOfTheCommandIsItsExitStatusAndNotTheEndOfItsRunner) {
  ASSERT_TRUE(start({.script = "echo ready; sleep 300"}));
  ASSERT_TRUE(prints("ready\n"));
  EXPECT_EQ(property("OOMPolicy"), "continue");
  host_.say("kill -9 \"$(cut -d' ' -f1 " + state_ + "/jobs/" + id_.text + "/child)\"");
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 137);
}

TEST_F(SystemdJobs, SystemctlStopEndsAJobInOrder) {
  ASSERT_TRUE(
      start({.script = "trap 'echo cleaned up; exit 3' TERM; echo ready; while :; do sleep 0.05; done"}));
  ASSERT_TRUE(prints("ready\n"));
  host_.say("systemctl stop " + unit_);
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 3);
}

TEST_F(SystemdJobs, AJobThatFillsTheDiskStillHasAnEnd) {
  host_.say("rm -rf " + state_ + "; mkdir " + state_ + "; mount -t tmpfs -o size=256k tmpfs " + state_);
  ASSERT_TRUE(jobs_.acquire(lease_, {}, deadline_));
  ASSERT_TRUE(start({.script = "cat /dev/zero >fill; exit 28"}));
  const auto status = wait_for_end();
  EXPECT_EQ(host_.say("stat -f -c %a " + state_), "0") << "the disk is full indeed";
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 28);
}

TEST_F(SystemdJobs, CapabilitiesSeeSystemdAndTheTmpfs) {
  HostJobs defaults(host_);
  const auto capabilities = defaults.capabilities(deadline_);
  ASSERT_TRUE(capabilities) << capabilities.error().message;
  EXPECT_TRUE(capabilities->root && capabilities->systemd && capabilities->tmpfs);
  EXPECT_EQ(capabilities->logout_kill, false);
  EXPECT_EQ(capabilities->state_dir, "/var/lib/mxodus");
}

}  // namespace
}  // namespace mxodus
