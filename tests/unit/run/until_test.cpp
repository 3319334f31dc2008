#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

constexpr const char* kUntilSteps = R"(  short: {uses: make, needs: [], with: {name: a}}
  long: {uses: make, needs: [], with: {name: b}}
  next: {uses: make, needs: [short], with: {name: c}}
)";

constexpr const char* kLongJob = "r1.long.1";

/// Ctrl-C as soon as `short` has ended; the job of `long` runs on.
void interrupt_behind_short(RunWorld& world) {
  world.on_wait = [&] {
    if (world.on_new.jobs.contains(kLongJob)) world.on_new.jobs[kLongJob].looks_left = 1000;
    if (world.of("short") == ItemState::done) world.stop.request_stop();
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::interrupted);
  EXPECT_EQ(world.of("long"), ItemState::running);
  world.stop = {};
  world.on_wait = {};
  world.on_new.jobs[kLongJob].looks_left = 3;
}

TEST(Until, FollowsWhatWasBegunBeforeToItsEndAndBeginsNothingNew) {
  RunWorld world(kUntilSteps);
  world.options.until = "short";
  interrupt_behind_short(world);
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("long"), ItemState::done);
  EXPECT_EQ(world.on_new.starts["make b"], 1);
  EXPECT_EQ(world.attempts("next"), 0);
}

TEST(Until, IsOverWhenTheRunIsResumedWithoutIt) {
  RunWorld world(kUntilSteps);
  world.options.until = "short";
  interrupt_behind_short(world);
  world.options.until.clear();
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make b"], 1);
  EXPECT_EQ(world.attempts("next"), 1);
}

TEST(Until, StopsAtOnceWhereAnEarlierProcessHasDoneTheStepThatHasItems) {
  RunWorld world(R"(  copy: {uses: make, with: {name: "${item}"}, for_each: [a, b]}
  next: {uses: make, with: {name: c}}
  other: {uses: look, needs: [copy], with: {name: l}}
)");
  world.options.until = "copy";
  for (int process = 0; process < 3; ++process) {
    const Summary summary = world.must_run();
    EXPECT_EQ(summary.exit, ExitCode::parked);
    EXPECT_EQ(summary.reason, "stopped after copy, as --until says");
    EXPECT_EQ(world.attempts("next") + world.attempts("other"), 0) << process;
  }
}

constexpr const char* kStages =
    R"(  first: {uses: make, stage: One, needs: [], with: {name: a}, on_fail: continue}
  behind: {uses: make, stage: One, needs: [first], with: {name: b}, on_fail: [tidy]}
  tidy: {uses: make, stage: One, needs: [], with: {name: t}}
  pause: {uses: wait, stage: One, needs: [], with: {for: 1m}}
  later: {uses: look, stage: Two, needs: [pause], with: {name: l}}
)";

TEST(Until, OfAStageWaitsForNoCleanUpStepThatNothingCallsFor) {
  RunWorld world(kStages);
  world.options.until = "One";
  EXPECT_EQ(world.must_run().reason, "stopped after One, as --until says");
  EXPECT_EQ(world.of("behind"), ItemState::done);
  EXPECT_EQ(world.attempts("later"), 0);
}

TEST(Until, OfAStageWaitsForNoBlockedStepAsLongAsItIsBlocked) {
  RunWorld world(kStages);
  world.options.until = "One";
  world.breaks = {"a"};
  for (int process = 0; process < 2; ++process) {
    EXPECT_EQ(world.must_run().exit, ExitCode::failed);
    EXPECT_EQ(world.of("pause"), ItemState::done);
    EXPECT_EQ(world.of("behind"), ItemState::blocked);
    EXPECT_EQ(world.attempts("later"), 0) << process;
  }
  world.decide(EventType::accept, {"first", {}});
  world.must_run();
  EXPECT_EQ(world.of("behind"), ItemState::done);
}

TEST(Until, OfAStepThatFailsTakesItBackOrCleansUpAfterIt) {
  for (const char* on_fail : {"undo", "[tidy]"}) {
    RunWorld world(
        "  first: {uses: make, with: {name: a}, on_fail: " + std::string(on_fail) +
        "}\n  tidy: {uses: make, needs: [], with: {name: t}}\n  after: {uses: make, needs: [], with: "
        "{name: t}, on_fail: [tidy], if: \"false\"}\n");
    world.options.until = "first";
    world.on_new.ends = [&](const JobSpec& spec) -> JobState {
      world.facts.insert("a");
      if (spec.script == "unmake a") world.facts.erase("a");
      return JobDone{spec.script == "make a" ? 1 : 0};
    };
    EXPECT_EQ(world.must_run().exit, ExitCode::failed);
    EXPECT_EQ(world.on_new.starts[*on_fail == 'u' ? "unmake a" : "make t"], 1) << on_fail;
  }
}

}  // namespace
}  // namespace mxodus
