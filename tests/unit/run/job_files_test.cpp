#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

TEST(JobFiles, AreReadForLongerThanOneLookMayTake) {
  RunWorld world("  survey: {uses: survey, with: {name: s}}\n");
  world.options.times.probe_limit = std::chrono::milliseconds(200);
  std::optional<Deadline> first;
  world.on_new.on_file = [&](std::int64_t offset, const Deadline& deadline) -> Result<std::string> {
    if (deadline.passed()) return fail(ErrorKind::no_answer, "job.no-answer", "no answer came");
    if (!first) first = deadline;
    while (!first->passed()) std::this_thread::yield();  // a slow line
    return std::string(offset < 3 ? 1 : 0, '.');
  };
  world.must_run();
  const ItemRecord survey = world.state().item({"survey", {}});
  EXPECT_EQ(survey.state, ItemState::done) << survey.sentence;
  EXPECT_EQ(survey.outputs, Value(ValueMap{{"n", 3}}));
}

TEST(JobFiles, ThatDoNotComeLeaveTheQuestionOpen) {
  RunWorld world("  survey: {uses: survey, with: {name: s}}\n");
  world.on_new.on_file = [&](std::int64_t, const Deadline&) -> Result<std::string> {
    return fail(ErrorKind::no_answer, "job.no-answer", "no answer came");
  };
  world.must_run();
  EXPECT_EQ(world.state().item({"survey", {}}).verdict, Verdict::unknown);
}

TEST(JobFiles, ThatAnInterruptLeftUnreadAreReadByTheNextProcess) {
  RunWorld world("  survey: {uses: survey, with: {name: s}}\n");
  bool read = false;
  world.on_new.on_file = [&](std::int64_t, const Deadline& deadline) -> Result<std::string> {
    if (deadline.stopped()) return fail(ErrorKind::no_answer, "job.no-answer", "stopped");
    read = true;
    return std::string();
  };
  world.on_new.ends = [&](const JobSpec&) -> JobState {
    world.stop.request_stop();
    return JobDone{0};
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::interrupted);
  EXPECT_FALSE(read) << "it may take long";
  EXPECT_TRUE(world.state().item({"survey", {}}).open);
  world.stop = std::stop_source();
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(read);
  EXPECT_EQ(world.on_new.starts["survey s"], 1) << "nothing is hashed again";
}

}  // namespace
}  // namespace mxodus
