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

TEST(Planning, WhatIsWrittenWronglyBehindAChangeIsSaidBeforeIt) {
  RunWorld world(R"(  queue: {uses: look, with: {name: q}}
  first: {uses: make, with: {name: a}}
  second: {uses: make, needs: [first], with: {name: "${steps.queue.n == 40}"}}
  third: {uses: look, needs: [first], with: {name: "${steps.queue.n == 40}"}}
)");
  world.looks["q"] = [] { return found(Verdict::ok, {{"n", 40}}); };
  world.must_run();
  for (const char* id : {"second", "third"}) {
    const PlannedItem& item = *world.plan().find({id, {}});
    EXPECT_NE(item.action, PlannedAction::deferred) << id;
    ASSERT_TRUE(item.step.would_fail) << id;
    EXPECT_NE(item.step.would_fail->find("`name`"), std::string::npos) << *item.step.would_fail;
  }
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

constexpr const char* kOneChange = "  fence: {uses: make, with: {name: a}}\n";

/// What the plan says of the hosts that it was made with, beside its steps.
std::vector<std::string> warnings_of(RunWorld& world) {
  world.must_run();
  std::vector<std::string> said;
  for (const Error& warning : world.plan().lint)
    if (warning.code == "host.jobs") said.push_back(warning.message);
  return said;
}

TEST(Planning, AHostThatEndsJobsAtLogoutIsNamedBeforeAnythingBegins) {
  RunWorld world(kOneChange);
  world.on_new.can.logout_kill = true;
  world.on_old.can.logout_kill = true;  // where nothing is to be started
  EXPECT_EQ(warnings_of(world),
            std::vector<std::string>{"new, where jobs would run: logind ends a user's processes at logout, "
                                     "so a job would die with the connection"});
}

TEST(Planning, AHostThatLacksWhatEveryJobNeedsIsNamed) {
  RunWorld world(kOneChange);
  world.on_new.can.flock = false;
  EXPECT_EQ(warnings_of(world), std::vector<std::string>{"new, where jobs would run: missing: flock"});
}

TEST(Planning, OfAHostWhereNoJobIsToBeginNothingIsSaid) {
  RunWorld world("  look: {uses: look, with: {name: l}}\n");
  world.on_new.can = {};
  EXPECT_TRUE(warnings_of(world).empty());
}

TEST(Planning, ACommandThatWaitsForAnotherStepHasTheEffectThatItSays) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  second: {uses: command, host: new, with: {effect: observe, argv: [see, "${steps.first.n}"]}}
  third: {uses: command, host: new, with: {effect: "${steps.first.n}", argv: [see]}}
)");
  world.new_host.expect({"see", "1"}, exited(0, ""));
  world.must_run();
  const PlannedItem& second = *world.plan().find({"second", {}});
  EXPECT_EQ(second.action, PlannedAction::deferred);
  EXPECT_EQ(second.effect, Effect::observe);
  EXPECT_EQ(world.plan().find({"third", {}})->effect, Effect::permanent) << "it may be any";
}

constexpr const char* kSecretChange = R"(  fence:
    uses: command
    host: new
    with: {effect: change, argv: [fence], secrets: {key: "${secrets.password}"}}
)";

TEST(Planning, AJobWhoseSecretsHaveNoPlaceWouldFailAndIsNotBegun) {
  RunWorld world(kSecretChange);
  world.password = "hunter2hunter2";
  world.on_new.can.tmpfs = false;
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.plan().find({"fence", {}})->step.would_fail,
            "host new has no tmpfs, and a secret of a job is never written to a disk; `become: sudo` at the "
            "host, or a login with $XDG_RUNTIME_DIR");
  EXPECT_TRUE(world.on_new.starts.empty());
}

TEST(Planning, AJobWhoseSecretsHaveAPlaceIsBegun) {
  RunWorld world(kSecretChange);
  world.password = "hunter2hunter2";
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts.size(), 1u);
}

}  // namespace
}  // namespace mxodus
