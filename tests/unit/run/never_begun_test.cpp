#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

/// A change behind a look that ages and a gate, whose start is lost: its intent is durable, its host knows
/// nothing of it.
class NeverBegun : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(world_.must_run().exit, ExitCode::parked);
    world_.approve("go");
    world_.on_new.lost = true;
  }
  void leave_once_it_is_meant() {
    world_.on_wait = [this] {
      if (world_.of("change") == ItemState::running) world_.stop.request_stop();
    };
    ASSERT_EQ(world_.must_run().exit, ExitCode::interrupted);
    ASSERT_TRUE(world_.state().item({"change", {}}).open);
    world_.stop = {};
    world_.on_wait = {};
  }
  /// The host of the change is away for so long, and then knows of no job.
  void away(std::chrono::minutes time, std::function<void()> meanwhile) {
    world_.on_wait = [this, time, meanwhile, since = std::optional<Time>()]() mutable {
      if (!world_.state().item({"change", {}}).open) return;
      if (!std::exchange(since, since.value_or(world_.clock.now()))) meanwhile();
      world_.on_new.silent = world_.clock.now().since_epoch - since->since_epoch < time;
    };
  }
  void expect_that_it_is_asked_about() {
    EXPECT_EQ(world_.of("go"), ItemState::gate);
    EXPECT_EQ(world_.of("change"), ItemState::pending);
    EXPECT_TRUE(world_.on_new.starts.empty());
  }

  RunWorld world_{R"(  seen: {uses: look, fresh_for: 1h, with: {name: l}}
  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, with: {name: a}}
)"};
};

TEST_F(NeverBegun, IsNotPassedByWithARetryOfTheGateAboveIt) {
  away(std::chrono::minutes(5), [this] { world_.decide(EventType::retry, {"go", {}}); });
  EXPECT_EQ(world_.must_run().exit, ExitCode::done);
  ASSERT_EQ(world_.state().refused_decisions.size(), 1u);
  EXPECT_THAT(world_.state().refused_decisions[0].text, testing::HasSubstr("`cancel` it first"));
  EXPECT_EQ(world_.on_new.starts["make a"], 1);
}

TEST_F(NeverBegun, BeginsOnceItsHostIsBackWhereNothingElseHasComeUp) {
  away(std::chrono::minutes(5), [] {});
  EXPECT_EQ(world_.must_run().exit, ExitCode::done);
  EXPECT_EQ(world_.on_new.starts["make a"], 1);
  EXPECT_EQ(world_.attempts("change"), 1);
}

TEST_F(NeverBegun, WaitsForALookThatHasAgedInAnotherProcess) {
  leave_once_it_is_meant();
  const int before = world_.looked["l"];
  world_.clock.advance(std::chrono::minutes(90));
  EXPECT_EQ(world_.must_run().exit, ExitCode::done);
  EXPECT_EQ(world_.looked["l"], before + 1);
  EXPECT_EQ(world_.on_new.starts["make a"], 1);
}

TEST_F(NeverBegun, DoesNotBeginWhereAnAgedLookFindsTheContrary) {
  leave_once_it_is_meant();
  world_.clock.advance(std::chrono::minutes(90));
  world_.looks["l"] = [] { return found(Verdict::fail); };
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  EXPECT_TRUE(world_.on_new.starts.empty());
}

TEST_F(NeverBegun, IsAskedAboutAnewWhereWhatTheAnswerRestedOnIsOtherwise) {
  leave_once_it_is_meant();
  world_.clock.advance(std::chrono::minutes(90));
  world_.looks["l"] = [] { return found(Verdict::warn); };
  EXPECT_EQ(world_.must_run().exit, ExitCode::parked);
  expect_that_it_is_asked_about();
}

TEST_F(NeverBegun, WaitsForALookThatHasAgedWhileItsHostWasAway) {
  world_.options.stay = Duration{std::chrono::hours(4)};
  const int before = world_.looked["l"];
  away(std::chrono::minutes(90), [] {});
  while (world_.must_run().exit == ExitCode::parked && world_.of("go") == ItemState::done) {
  }
  EXPECT_EQ(world_.of("change"), ItemState::done);
  EXPECT_EQ(world_.looked["l"], before + 1);
}

}  // namespace
}  // namespace mxodus
