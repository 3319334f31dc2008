#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

constexpr const char* kSteps = R"(  short: {uses: make, needs: [], with: {name: a}}
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
  RunWorld world(kSteps);
  world.options.until = "short";
  interrupt_behind_short(world);
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("long"), ItemState::done);
  EXPECT_EQ(world.on_new.starts["make b"], 1);
  EXPECT_EQ(world.attempts("next"), 0);
}

TEST(Until, IsOverWhenTheRunIsResumedWithoutIt) {
  RunWorld world(kSteps);
  world.options.until = "short";
  interrupt_behind_short(world);
  world.options.until.clear();
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make b"], 1);
  EXPECT_EQ(world.attempts("next"), 1);
}

}  // namespace
}  // namespace mxodus
