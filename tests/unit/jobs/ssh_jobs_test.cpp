// The same jobs through a real connection that breaks.

#include <fstream>

#include "orchestrator/transport/host_pool.h"
#include "tests/support/ssh_server.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/jobs/job_fixture.h"

namespace mxodus {
namespace {

class JobsOverSsh : public testing::Test {
 protected:
  void SetUp() override {
    if (!SshServer::available()) GTEST_SKIP() << "SKIPPED: install openssh-server";
    server_ = std::make_unique<SshServer>();
    host_ = make_host(server_->spec()).value();
    jobs_ = std::make_unique<HostJobs>(*host_, std::vector<std::string>{}, JobSettings{folder_ / "state"});
    ASSERT_TRUE(jobs_->acquire(lease_, {}, deadline_));
  }
  void TearDown() override {
    if (jobs_) (void)jobs_->cancel(id_, deadline_);
  }

  std::filesystem::path go() const { return folder_ / "state/jobs" / id_.text / "work/go"; }

  const JobId id_{"20240512-k3f9ab.restore.1"};
  const Lease lease_{"20240512-k3f9ab", "lineage-1", "laptop-a", "anna", 1};
  const Deadline deadline_{std::chrono::seconds(60)};
  TemporaryDirectory folder_;
  std::unique_ptr<SshServer> server_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<HostJobs> jobs_;
};

TEST_F(JobsOverSsh, AJobOutlivesItsConnectionAndIsFoundAgain) {
  const JobSpec spec{.script = "echo one; until [ -e go ]; do sleep 0.05; done; echo two; exit 7"};
  ASSERT_TRUE(jobs_->start(id_, spec, lease_, {}, deadline_));
  ASSERT_GT(server_->kill_sessions(), 0u);
  ASSERT_TRUE(comes_true([&] { return server_->session_processes().empty(); }));

  // The first call may still find the connection dead; it says so and the next one has a new one.
  Result<JobStatus> status = jobs_->status(id_, {}, deadline_);
  if (!status) status = jobs_->status(id_, {}, deadline_);
  ASSERT_TRUE(status) << status.error().message;
  ASSERT_TRUE(std::holds_alternative<JobRunning>(status->state));

  std::ofstream(go()) << "go";
  EXPECT_TRUE(comes_true([&] {
    const auto now = jobs_->status(id_, {}, deadline_);
    return now && std::holds_alternative<JobDone>(now->state) &&
           std::get<JobDone>(now->state).exit_status == 7;
  }));
  EXPECT_EQ(jobs_->output(id_, 0, 100, deadline_).value_or(""), "one\ntwo\n");
}

TEST_F(JobsOverSsh, AStartWithoutAnAnswerIsUnknownAndCanBeAskedAgainWithoutRunningTwice) {
  const JobSpec spec{.script = "echo once; until [ -e go ]; do sleep 0.05; done"};
  (void)jobs_->start(id_, spec, lease_, {}, Deadline(std::chrono::milliseconds(5)));
  ASSERT_TRUE(comes_true([&] { return jobs_->start(id_, spec, lease_, {}, deadline_).has_value(); }));
  std::ofstream(go()) << "go";
  EXPECT_TRUE(comes_true([&] {
    const auto now = jobs_->status(id_, {}, deadline_);
    return now && std::holds_alternative<JobDone>(now->state);
  }));
  EXPECT_EQ(jobs_->output(id_, 0, 100, deadline_).value_or(""), "once\n");
}

}  // namespace
}  // namespace mxodus
