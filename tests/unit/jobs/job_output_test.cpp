#include <fstream>

#include "tests/unit/jobs/job_fixture.h"

namespace mxodus {
namespace {

using JobOutput = JobFixture;
INSTANTIATE_TEST_SUITE_P(Shells, JobOutput, testing::Values("dash", "bash", "busybox"), shell_of);

std::string in_pieces(const std::function<Result<std::string>(std::int64_t)>& read) {
  std::string all;
  while (true) {
    const auto piece = read(static_cast<std::int64_t>(all.size()));
    if (!piece) ADD_FAILURE() << piece.error().message;
    if (!piece || piece->empty()) return all;
    all += *piece;
  }
}

TEST_P(JobOutput, BinaryOutputIsReadByOffsetWithoutGapOrRepeat) {
  ASSERT_TRUE(start("head -c 3000000 /dev/urandom | tee copy"));
  ASSERT_TRUE(wait_for_end());
  const std::string copy = work_file("copy");
  ASSERT_EQ(copy.size(), 3'000'000u);
  EXPECT_TRUE(copy == in_pieces([&](auto at) { return jobs_->output(id_, at, 700'001, deadline_); }));
  EXPECT_TRUE(copy == in_pieces([&](auto at) { return jobs_->file(id_, "copy", at, 1 << 20, deadline_); }));
  EXPECT_EQ(*jobs_->output(id_, 1'500'000, 10, deadline_), copy.substr(1'500'000, 10));
  EXPECT_EQ(*jobs_->output(id_, 4'000'000, 10, deadline_), "") << "beyond its end there is nothing";
  EXPECT_THAT(jobs_->output(id_, -1, 10, deadline_), HasCode("job.offset"));
}

TEST_P(JobOutput, IsThereWhileTheJobStillRuns) {
  ASSERT_TRUE(start("printf 'no line end'; until [ -e go ]; do sleep 0.05; done"));
  EXPECT_TRUE(comes_true([&] { return all_output() == "no line end"; }));
  EXPECT_TRUE(std::holds_alternative<JobRunning>(state()));
}

TEST_P(JobOutput, OutputThatLooksLikeAReplyIsNotTakenForOne) {
  ASSERT_TRUE(start("printf 'mxodus-jobs 1 0\\nstate done 0\\nend 0\\nbytes 5\\n'"));
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(all_output(), "mxodus-jobs 1 0\nstate done 0\nend 0\nbytes 5\n");
}

TEST_P(JobOutput, BeyondItsLimitTheHeadIsKeptAndTheJobGoesOn) {
  auto jobs = jobs_with([](JobSettings& settings) { settings.output_limit = Size{100'000}; });
  const JobSpec spec{.script = "head -c 5000000 /dev/zero; echo written >result; exit 5"};
  ASSERT_TRUE(jobs.start(id_, spec, lease_, {}, deadline_));
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 5);
  EXPECT_EQ(work_file("result"), "written\n");
  EXPECT_EQ(all_output(), std::string(100'000, '\0') +
                              "[mxodus: output beyond 100000 bytes is dropped; the job goes on]\n");
}

TEST_P(JobOutput, OutputOfExactlyTheLimitCarriesNoNote) {
  auto jobs = jobs_with([](JobSettings& settings) { settings.output_limit = Size{100'000}; });
  ASSERT_TRUE(jobs.start(id_, {.script = "head -c 100000 /dev/zero"}, lease_, {}, deadline_));
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(all_output(), std::string(100'000, '\0'));
}

TEST_P(JobOutput, AProcessLeftBehindDoesNotHoldUpTheEnd) {
  ASSERT_TRUE(start("sleep 300 & echo done"));
  const auto status = wait_for_end();
  ASSERT_TRUE(status);
  EXPECT_EQ(std::get<JobDone>(status->state).exit_status, 0);
  EXPECT_EQ(all_output(), "done\n");
}

TEST_P(JobOutput, OnlyPlainFilesOfTheJobAreHandedOut) {
  ASSERT_TRUE(start("echo list >list; ln -s /etc/passwd link; mkdir folder"));
  ASSERT_TRUE(wait_for_end());
  EXPECT_EQ(*jobs_->file(id_, "list", 0, 100, deadline_), "list\n");
  for (const char* name : {"link", "folder", "missing"})
    EXPECT_THAT(jobs_->file(id_, name, 0, 100, deadline_), HasCode("job.no-file")) << name;
}

}  // namespace
}  // namespace mxodus
