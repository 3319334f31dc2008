#include <condition_variable>
#include <mutex>
#include <utility>

#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

TEST(Planning, AStepIsLookedAtAsSoonAsThoseAboveItAreKnown) {
  RunWorld world(R"(  slow: {uses: look, with: {name: slow}}
  first: {uses: look, with: {name: first}}
  second: {uses: look, needs: [first], with: {name: second}}
)");
  std::mutex mutex;
  std::condition_variable changed;
  bool second_is_looked_at = false, in_time = false;
  world.on_look = [&](StepContext& context) {
    std::unique_lock lock(mutex);
    const std::string name = context.params().text("name");
    if (name == "second") second_is_looked_at = true;
    changed.notify_all();
    if (name == "slow")
      in_time = changed.wait_for(lock, std::chrono::seconds(60), [&] { return second_is_looked_at; });
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(in_time) << "slow held up what does not wait for it";
}

TEST(Planning, WhatReadsALookThatWaitsForSomethingIsDeferred) {
  RunWorld world(R"(  queue: {uses: look, with: {name: q}, until: self.n == 0}
  stop: {uses: make, if: steps.queue.n == 0, with: {name: a}}
)");
  int n = 40;
  world.looks["q"] = [&] { return found(Verdict::ok, {{"n", std::exchange(n, 0)}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  const PlannedItem& queue = *world.plan().find({"queue", {}});
  EXPECT_NE(queue.step.summary.find("waits until self.n == 0"), std::string::npos) << queue.step.summary;
  const PlannedItem& stop = *world.plan().find({"stop", {}});
  EXPECT_EQ(stop.action, PlannedAction::deferred);
  EXPECT_EQ(stop.waits_for, "queue");
}

TEST(Planning, ALookWhoseUntilHoldsIsKnown) {
  RunWorld world(R"(  queue: {uses: look, with: {name: q}, until: self.n == 0}
  stop: {uses: make, if: steps.queue.n == 0, with: {name: a}}
)");
  world.looks["q"] = [] { return found(Verdict::ok, {{"n", 0}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.plan().find({"stop", {}})->action, PlannedAction::change);
}

TEST(Planning, ABreachThatHoldsIsShownAsWhatItsRuleMakesOfIt) {
  RunWorld world(R"(  hard: {uses: look, with: {name: l}, breach: [{when: self.n > 2, do: hold}]}
  soft: {uses: look, with: {name: l}, breach: [{when: self.n > 2, do: warn}]}
  below: {uses: look, if: steps.hard.n == 0, with: {name: b}}
)");
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 3}}); };
  world.must_run();
  EXPECT_EQ(world.plan().find({"hard", {}})->step.would_fail, "seen; breach: self.n > 2");
  EXPECT_FALSE(world.plan().find({"soft", {}})->step.would_fail);
  EXPECT_EQ(world.plan().find({"soft", {}})->step.warnings, std::vector<std::string>{"breach: self.n > 2"});
  EXPECT_EQ(world.plan().find({"below", {}})->action, PlannedAction::deferred);
}

TEST(Planning, AFailureThatIsOnlyAWarningGivesItsOutputs) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}, on_fail: warn}
  below: {uses: make, if: steps.look.n > 2, with: {name: a}}
)");
  world.looks["l"] = [] { return found(Verdict::fail, {{"n", 3}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.plan().find({"below", {}})->action, PlannedAction::change);
}

TEST(Planning, WhatItLeavesOutAsksForAWordWhereItIsToRunAfterAll) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}}
  stop: {uses: make, if: steps.look.n == 0, with: {name: a}}
)");
  int n = 40;
  world.looks["l"] = [&] { return found(Verdict::ok, {{"n", std::exchange(n, 0)}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_TRUE(world.on_new.starts.empty());
  world.approve("stop");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

}  // namespace
}  // namespace mxodus
