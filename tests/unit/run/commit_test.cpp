#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

using Fault = MemoryJournal::Fault;

constexpr const char* kLook = "  look: {uses: look, with: {name: l}}\n";

int appends_of(const std::string& steps) {
  RunWorld world(steps);
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  return world.disk->appends;
}

TEST(Commit, ALookCostsOneAndThoseThatEndTogetherShareIt) {
  const std::string others = "  b: {uses: look, with: {name: b}}\n  c: {uses: look, with: {name: c}}\n";
  RunWorld world(kLook);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.types(), (std::vector{EventType::run_opened, EventType::attempt_intent,
                                        EventType::attempt_result, EventType::run_ended}));
  EXPECT_EQ(world.disk->appends, 3);
  EXPECT_EQ(appends_of(kLook + others), 3);
}

TEST(Commit, OfAChangeIsTwoBecauseItsIntentIsDurableBeforeItActs) {
  RunWorld world("  first: {uses: call, with: {name: a}}\n");
  int before_it_acted = 0;
  world.on_call = [&] { before_it_acted = static_cast<int>(world.disk->events.size()); };
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.types(), (std::vector{EventType::run_opened, EventType::attempt_intent,
                                        EventType::attempt_result, EventType::run_ended}));
  EXPECT_EQ(before_it_acted, 2);
  EXPECT_EQ(world.disk->appends, 4);
}

TEST(Commit, ALookThatAKillCutsOffBeforeItIsMadeAgain) {
  RunWorld world(kLook);
  ASSERT_TRUE(world.run_killed_at(2, Fault::dies_before));
  EXPECT_EQ(world.attempts("look"), 0);
  const int looked = world.looked["l"];
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["l"], looked + 1);
  EXPECT_EQ(world.attempts("look"), 1);
}

TEST(Commit, ALookThatIsWrittenDownIsNotMadeAgainAfterAKill) {
  RunWorld world(kLook);
  ASSERT_TRUE(world.run_killed_at(2, Fault::dies_after));
  const int looked = world.looked["l"];
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["l"], looked);
}

// Journals of older versions have the two apart.
TEST(Commit, AnIntentOfALookWithoutItsResultIsLookedAtAgainInTheSameAttempt) {
  RunWorld world(kLook);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.disk->events.resize(2);
  ASSERT_EQ(world.types().back(), EventType::attempt_intent);
  const int looked = world.looked["l"];
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["l"], looked + 1);
  EXPECT_EQ(world.attempts("look"), 1);
}

}  // namespace
}  // namespace mxodus
