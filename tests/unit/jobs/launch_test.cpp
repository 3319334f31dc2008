#include <fstream>
#include <sstream>

#include <sys/stat.h>

#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "orchestrator/jobs/helper.h"
#include "orchestrator/jobs/sh.h"
#include "tests/unit/jobs/job_fixture.h"

namespace mxodus {
namespace {

/// How `start` makes a unit of a job, with a systemd-run of the test's own.
class UnitLaunch : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto path = tools_of(GetParam(), tools_);
    if (!path)
      GTEST_SKIP() << "SKIPPED: this machine has no " << GetParam() << "; install it to test with it";
    host_ = std::make_unique<ShellHost>(folder_.string() + "/first:" + *path);
    std::filesystem::create_directories(folder_ / "first");
    std::filesystem::create_symlink(tools_ / "sh", folder_ / "first/sh");
    tool("systemctl", "exit 0");
  }
  void TearDown() override {
    for (const auto& folder : {folder_, tools_}) std::filesystem::remove_all(folder);
  }
  void tool(const std::string& name, const std::string& script) {
    const auto file = folder_ / "first" / name;
    std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }
  /// A job that is claimed and not begun, with secrets.
  void claim() const {
    std::filesystem::create_directories(job_ / "work");
    for (const char* name : {"pipe", "bell"}) ASSERT_EQ(::mkfifo((job_ / name).c_str(), 0600), 0);
    std::filesystem::create_directories(secrets_);
    std::ofstream(job_ / "run") << runner_script();
    std::ofstream(job_ / "spec") << "mode systemd\ngrace 1\noutput_limit 1000\nsecrets " << secrets_.string()
                                 << "\n";
    std::ofstream(job_ / "script") << "touch begun\n";
    std::ofstream(job_ / "rc.room") << std::string(63, ' ') << "\n";
    for (const char* name : {"env", "lock", "output"}) std::ofstream(job_ / name).flush();
  }
  std::string launch() {
    return run("job=r.s.1 job_title=t mode=systemd grace=1 has_secrets=yes nonce=n dir=" +
                   shell_quote(job_.string()) + " MXODUS_RUN=" + shell_quote((folder_ / "run").string()) +
                   "\n",
               "launch_unit && echo launched\n", {sh::common, sh::place, sh::reply, sh::state, sh::start});
  }
  /// A job whose runner has gone, whatever became of the rest.
  std::string state_without_runner() {
    return run(
        "dir=" + shell_quote(job_.string()) + "\n",
        "read_boot; printf '%s\\n' '0 0' \"$this_boot\" >\"$dir/runner\"; job_state; echo \"$state\"\n",
        {sh::common, sh::state});
  }
  /// `cancel` or `purge` of a job whose end is written down.
  std::string finish(const std::string& verb) {
    std::ofstream(job_ / "runner") << "0 0\n- -\n";
    std::ofstream(job_ / "rc") << "0\n";
    std::ofstream(folder_ / "lease") << "token 1\nrun r\nlaptop l\n";
    std::error_code there_already;
    std::filesystem::create_directory_symlink(folder_, folder_ / "jobs", there_already);
    return run(
        "job=r.s.1 nonce=n grace=0 keep= lease_run=r lease_token=1 lease_laptop=l claim_age=30 "
        "MXODUS_STATE=" +
            shell_quote(folder_.string()) + " MXODUS_RUN=" + shell_quote((folder_ / "run").string()) + "\n",
        verb + "\n", {sh::common, sh::place, sh::reply, sh::lease, sh::state, sh::finish});
  }
  /// systemd makes the unit of a request that it has not answered in time.
  void make_the_unit_late() {
    run("sh " + shell_quote((job_ / "run").string()) + " " + shell_quote(job_.string()) + " run\n", "", {});
  }
  std::string run(std::string script, const std::string& then,
                  std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) script += part;
    const auto result = host_->run_script(script + then, "", Deadline(std::chrono::seconds(30)));
    return result ? result->out + result->err : result.error().message;
  }
  std::string file(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(job_ / name).rdbuf();
    return text.str();
  }

  const std::filesystem::path folder_ = make_temporary_folder(std::filesystem::temp_directory_path());
  const std::filesystem::path tools_ = make_temporary_folder(std::filesystem::temp_directory_path());
  const std::filesystem::path job_ = folder_ / "r.s.1", secrets_ = folder_ / "run/r.s.1";
  std::unique_ptr<ShellHost> host_;
};
INSTANTIATE_TEST_SUITE_P(Shells, UnitLaunch, testing::Values("dash", "bash", "busybox"), shell_of);

TEST_P(UnitLaunch, GoesWithoutTheResourcesThatAnOldSystemdDoesNotKnow) {
  const std::string asked = shell_quote((folder_ / "asked").string());
  tool("systemd-run",
       "case \"$*\" in *OOMPolicy*) echo 'Unknown assignment: OOMPolicy=continue' >&2; exit 1 ;;"
       " esac; echo \"$*\" >" +
           asked);
  EXPECT_EQ(launch(), "launched\n");
  std::ifstream file(folder_ / "asked");
  std::string line;
  std::getline(file, line);
  EXPECT_THAT(line, testing::HasSubstr("-p Nice=10 -p IOSchedulingClass=best-effort"));
  EXPECT_THAT(line, testing::HasSubstr("-p KillMode=control-group"));
}

TEST_P(UnitLaunch, ThatFailsLeavesNoSecrets) {
  claim();
  tool("systemd-run", "echo 'no bus' >&2; exit 1");
  const std::string said = launch();
  EXPECT_THAT(said, testing::HasSubstr("error job.launch-failed\ndetail no bus"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "run"));
}

TEST_P(UnitLaunch, ThatIsSaidToHaveFailedNeverBegins) {
  claim();
  tool("systemd-run", "echo 'Connection timed out' >&2; exit 1");
  ASSERT_THAT(launch(), testing::HasSubstr("error job.launch-failed\ndetail Connection timed out"));
  make_the_unit_late();
  EXPECT_FALSE(std::filesystem::exists(job_ / "work/begun"));
  EXPECT_THAT(file("rc"), testing::StartsWith("143 ")) << "and its end is known";
  EXPECT_EQ(file("output"), "[mxodus: it was not begun: Connection timed out]\n");
}

TEST_P(UnitLaunch, WithoutAnAnswerIsNoFailureWhereTheJobBeginsMeanwhile) {
  claim();
  tool("systemd-run", "echo 'Connection timed out' >&2; exit 1");
  // At the last look whether there is a unit.
  tool("systemctl", "[ \"$1\" != show ] || echo 1 1 >" + shell_quote((job_ / "runner").string()));
  EXPECT_EQ(launch(), "launched\n");
  EXPECT_TRUE(std::filesystem::exists(secrets_)) << "the job uses them";
  EXPECT_FALSE(std::filesystem::exists(job_ / "rc")) << "nor is it ended";
}

TEST_P(UnitLaunch, ThatCannotBeForestalledMayHaveBegun) {
  claim();
  std::filesystem::remove(job_ / "run");
  tool("systemd-run", "echo 'Connection timed out' >&2; exit 1");
  EXPECT_THAT(launch(), testing::HasSubstr("error job.not-begun\ndetail Connection timed out"));
}

TEST_P(UnitLaunch, ThatSystemdSaysNothingOfMayStillBeThere) {
  claim();
  tool("systemctl", "exit 1");
  EXPECT_EQ(state_without_runner(), "orphan\n");
  tool("systemctl", "echo ActiveState=inactive");
  EXPECT_EQ(state_without_runner(), "lost killed \n");
}

TEST_P(UnitLaunch, ThatSystemdSaysNothingOfIsNeitherPurgedNorSaidToBeOver) {
  claim();
  tool("systemctl", "exit 1");
  EXPECT_THAT(finish("cancel"), testing::HasSubstr("error job.no-systemd"));
  EXPECT_THAT(finish("purge"), testing::HasSubstr("error job.no-systemd"));
  EXPECT_TRUE(std::filesystem::exists(job_));
  tool("systemctl", "echo ActiveState=inactive");
  EXPECT_THAT(finish("cancel"), testing::HasSubstr("state done 0"));
  EXPECT_THAT(finish("purge"), testing::Not(testing::HasSubstr("error")));
  EXPECT_FALSE(std::filesystem::exists(job_));
}

TEST_P(UnitLaunch, DoesNotMatterToAJobThatIsASession) {
  claim();
  std::ofstream(job_ / "spec") << "mode session\n";
  tool("systemctl", "exit 1");
  EXPECT_EQ(state_without_runner(), "lost killed \n");
  EXPECT_THAT(finish("cancel"), testing::HasSubstr("state done 0"));
  EXPECT_THAT(finish("purge"), testing::Not(testing::HasSubstr("error")));
  EXPECT_FALSE(std::filesystem::exists(job_));
}

}  // namespace
}  // namespace mxodus
