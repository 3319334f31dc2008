#include "orchestrator/run/job_follower.h"

#include <gtest/gtest.h>

#include "tests/unit/run/fake_jobs.h"

namespace mxodus {
namespace {

/// A job that wrote so much that a secret stands where its output is cut.
class CutOutput : public testing::Test {
 protected:
  CutOutput() {
    redactor_.add("pw", SecretText("hunter2hunter2"));
    job_.id = {"run.step.1"};
    job_.status.state = JobDone{1};
  }
  Result<std::string> last(const std::string& output, std::size_t limit) {
    jobs_.jobs[job_.id.text] = {{}, job_.status.state, 0, output};
    job_.status.output_size = static_cast<std::int64_t>(output.size());
    return last_output(jobs_, job_, limit, redactor_, Deadline(std::chrono::seconds(5)));
  }

  Redactor redactor_;
  FakeJobs jobs_;
  FollowedJob job_;
};

TEST_F(CutOutput, HoldsNoRestOfASecret) {
  EXPECT_EQ(last("it said hunter2hunter2 twice", 13), "[secret pw] twice");
  EXPECT_EQ(last("it said hunter2hunter2 twice", 100), "it said [secret pw] twice");
}

TEST_F(CutOutput, IsTheTailWhereThatIsAllOfIt) {
  job_.tail = "said hunter2hunter2";
  EXPECT_EQ(last(job_.tail, 100), "said [secret pw]");
}

TEST_F(CutOutput, ATailThatBeginsInASecretDoesNotShowTheRestOfIt) {
  job_.tail = "hunter2 twice";
  job_.offset = 1000;
  EXPECT_EQ(redacted_tail(job_, redactor_), "[secret pw] twice");
  job_.offset = 13;
  EXPECT_EQ(redacted_tail(job_, redactor_), "hunter2 twice") << "nothing stood before it";
}

}  // namespace
}  // namespace mxodus
