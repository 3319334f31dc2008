#include <fstream>

#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
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
  std::string launch() {
    std::string script = "job=r.s.1 job_title=t grace=1 nonce=n dir=/nowhere MXODUS_RUN=" +
                         shell_quote((folder_ / "run").string()) + "\n";
    for (const std::string_view part : {sh::common, sh::place, sh::reply, sh::start}) script += part;
    const auto result =
        host_->run_script(script + "launch_unit && echo launched\n", "", Deadline(std::chrono::seconds(30)));
    return result ? result->out + result->err : result.error().message;
  }

  const std::filesystem::path folder_ = make_temporary_folder(std::filesystem::temp_directory_path());
  const std::filesystem::path tools_ = make_temporary_folder(std::filesystem::temp_directory_path());
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
  std::filesystem::create_directories(folder_ / "run/r.s.1");
  tool("systemd-run", "echo 'no bus' >&2; exit 1");
  const std::string said = launch();
  EXPECT_THAT(said, testing::HasSubstr("error job.launch-failed\ndetail no bus"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "run"));
}

}  // namespace
}  // namespace mxodus
