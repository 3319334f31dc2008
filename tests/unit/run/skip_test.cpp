#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

/// A change on `new` that an earlier process has begun and that runs on there; then one on `old`, and
/// somebody has skipped the first.
class SkipOfWhatWasOutOfSight : public testing::Test {
 protected:
  void SetUp() override {
    world_.on_new.looks = 1'000'000;
    leave_when([this] { return world_.of("first") == ItemState::running; });
  }
  void leave_when(std::function<bool()> condition) {
    world_.on_wait = [this, condition = std::move(condition)] {
      if (condition()) world_.stop.request_stop();
    };
    ASSERT_EQ(world_.must_run().exit, ExitCode::interrupted);
    world_.stop = {};
    world_.on_wait = {};
  }
  void skip() { world_.decide(EventType::skip, {"first", {}}); }
  void expect_that_it_is_taken() {
    EXPECT_EQ(world_.must_run().exit, ExitCode::done);
    EXPECT_EQ(world_.of("first"), ItemState::skipped);
    EXPECT_EQ(world_.of("last"), ItemState::done);
  }
  void expect_that_its_job_is_found_first() {
    world_.on_new.jobs.begin()->second.looks_left = 20;
    EXPECT_EQ(world_.must_run().exit, ExitCode::done);
    EXPECT_EQ(world_.of("first"), ItemState::done) << "it was running: `cancel` it first";
    EXPECT_EQ(world_.state().refused_decisions.size(), 1u);
    EXPECT_EQ(world_.of("last"), ItemState::done);
  }

  RunWorld world_{R"(  first: {uses: make, host: new, with: {name: a}}
  last: {uses: command, host: old, needs: [first], with: {effect: change, argv: [z]}}
)"};
};

TEST_F(SkipOfWhatWasOutOfSight, LooksForItsJobWhereItsHostWasSilentAndIsBack) {
  world_.on_new.silent = true;
  leave_when([this] { return world_.of("first") == ItemState::reconnecting; });
  world_.on_new.silent = false;
  skip();
  expect_that_its_job_is_found_first();
}

TEST_F(SkipOfWhatWasOutOfSight, LooksForItsJobWhereItsHostWasLostAndIsBack) {
  world_.lose("new");
  skip();
  expect_that_its_job_is_found_first();
}

TEST_F(SkipOfWhatWasOutOfSight, IsTakenWhereItsHostIsStillLost) {
  world_.lose("new");
  world_.new_host.cut();
  skip();
  expect_that_it_is_taken();
}

TEST_F(SkipOfWhatWasOutOfSight, IsTakenWhereItsHostFallsSilentLater) {
  world_.on_new.silent = true;
  world_.on_wait = [this, waits = 0]() mutable {
    if (++waits == 5) skip();
  };
  expect_that_it_is_taken();
}

TEST(Skip, OfAStepWithJobsOnTwoHostsLeavesNoneRunningThatIsSeen) {
  RunWorld world(R"(  first: {uses: make_both, with: {name: a}}
  last: {uses: wait, needs: [first], with: {for: 1s}}
)");
  world.on_new.looks = world.on_old.looks = 1'000'000;
  world.on_wait = [&] {
    if (world.of("first") == ItemState::running) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  world.stop = {};
  world.on_old.silent = true;
  auto& job = world.on_new.jobs.begin()->second;
  job.looks_left = 5;
  bool beside = false;
  world.on_wait = [&] {
    beside =
        beside || (world.of("first") == ItemState::skipped && std::holds_alternative<JobRunning>(job.state));
  };
  world.decide(EventType::skip, {"first", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_FALSE(beside);
  EXPECT_EQ(world.of("first"), ItemState::skipped);
}

}  // namespace
}  // namespace mxodus
