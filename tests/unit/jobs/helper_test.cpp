#include "orchestrator/jobs/helper.h"

#include <gtest/gtest.h>

#include "orchestrator/core/process.h"
#include "tests/unit/jobs/job_fixture.h"

namespace mxodus {
namespace {

const char* const verbs[] = {"start", "status",  "output",  "file",   "cancel",
                             "purge", "acquire", "release", "holder", "capabilities"};

HelperVariables every_variable() {
  HelperVariables variables;
  for (const char* name : {"job",          "job_title",      "job_sum",      "job_env",   "job_enter",
                           "job_runner",   "job_kill_after", "nonce",        "grace",     "claim_age",
                           "output_limit", "name",           "offset",       "limit",     "take_over",
                           "lease_run",    "lease_lineage",  "lease_laptop", "lease_who", "lease_token",
                           "MXODUS_STATE", "MXODUS_RUN",     "keep",         "pauses",    "job_script",
                           "job_secrets"})
    variables[name] = "1";
  return variables;
}

TEST(JobHelper, EveryScriptAsItIsSentIsCleanForShellcheck) {
  std::map<std::string, std::string> scripts = {{"the runner", runner_script()}};
  for (const char* verb : verbs) scripts[verb] = helper_script(verb, every_variable());
  for (const auto& [name, script] : scripts) {
    // SC2034: not every verb uses every variable and every field of a job.
    const auto result = run_process({{"shellcheck", "-s", "sh", "-e", "SC2034", "-"}, {}, script},
                                    Deadline(std::chrono::seconds(60)));
    if (!result) GTEST_SKIP() << "SKIPPED: " << result.error().message << "; install shellcheck";
    EXPECT_TRUE(result->exited_with(0)) << name << ":\n" << result->out;
  }
}

TEST(JobHelper, WhatIsAskedOftenIsSmall) {
  EXPECT_LT(helper_script("status", every_variable()).size(), 12u << 10);
  EXPECT_LT(helper_script("start", every_variable()).size() + runner_script().size(), 24u << 10);
}

TEST(JobHelper, VariablesCannotBecomeCode) {
  const auto script =
      helper_script("holder", {{"nonce", "'; echo owned; '"}, {"MXODUS_STATE", "/nonexistent"}});
  const auto result = run_process({{"sh", "-c", script}}, Deadline(std::chrono::seconds(10)));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, "mxodus-jobs 1 '; echo owned; '\nend '; echo owned; '\n");
}

TEST(JobId, NamesRunStepItemAndAttempt) {
  EXPECT_EQ(job_id("20240512-k3f9ab", "restore", "", 1).text, "20240512-k3f9ab.restore.1");
  EXPECT_EQ(job_id("20240512-k3f9ab", "fix", "alice", 2).text, "20240512-k3f9ab.fix.alice.2");
}

TEST(JobId, ItemsThatNoPathMayHoldAreHashedAndStayApart) {
  const JobId slash = job_id("r", "fix", "a/../b", 1);
  const JobId blank = job_id("r", "fix", "a .. b", 1);
  EXPECT_TRUE(is_job_id(slash)) << slash.text;
  EXPECT_NE(slash, blank);
  EXPECT_TRUE(slash.text.starts_with("r.fix.a_.._b-")) << slash.text;
  EXPECT_NE(job_id("r", "fix", slash.text.substr(6, slash.text.size() - 8), 1), slash)
      << "an item named like a hash";
}

TEST(JobId, LongOnesAreCutAndStayApart) {
  const std::string step(200, 's');
  EXPECT_TRUE(is_job_id(job_id("r", step, "", 1)));
  EXPECT_NE(job_id("r", step, "", 1), job_id("r", step, "", 2));
}

TEST(JobId, WhatCouldLeaveTheFolderOrReadAsAnOptionIsNone) {
  for (const char* text : {"", ".", "..", "../x", "a/b", ".new.x", "-rf", "a b", "a\nb"})
    EXPECT_FALSE(is_job_id(JobId{text})) << text;
}

using Capabilities = JobFixture;
INSTANTIATE_TEST_SUITE_P(Shells, Capabilities, testing::Values("dash", "bash", "busybox"), shell_of);

TEST_P(Capabilities, SayWhatThisMachineOffers) {
  const auto capabilities = jobs_->capabilities(deadline_);
  ASSERT_TRUE(capabilities) << capabilities.error().message;
  EXPECT_EQ(capabilities->root, ::getuid() == 0);
  EXPECT_TRUE(capabilities->flock && capabilities->setsid);
  EXPECT_EQ(capabilities->tmpfs, run_.string().starts_with("/dev/shm"));
  EXPECT_EQ(capabilities->state_dir, state_.string());
  ASSERT_TRUE(capabilities->state_dir_free);
  EXPECT_GT(capabilities->state_dir_free->bytes, 0);
}

}  // namespace
}  // namespace mxodus
