#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

constexpr const char* kTwo =
    "  first: {uses: make, with: {name: a}}\n  last: {uses: make, with: {name: z}}\n";

/// The first process: leaves as soon as `first` is under way.
void begin_and_leave(RunWorld& world) {
  world.on_wait = [&world] {
    if (world.of("first") == ItemState::running) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  ASSERT_TRUE(world.state().item({"first", {}}).open);
  world.stop = {};
  world.on_wait = {};
}

TEST(Cancel, OfWhatNeverReachedItsHostKeepsItFromBeginning) {
  RunWorld world(kTwo);
  world.on_new.lost = true;  // the start
  begin_and_leave(world);
  ASSERT_TRUE(world.on_new.starts.empty());
  world.decide(EventType::cancel, {"first", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("first"), ItemState::cancelled);
  EXPECT_EQ(world.state().item({"first", {}}).sentence, "cancelled by ada: because; it had not begun");
  EXPECT_TRUE(world.on_new.starts.empty());
  EXPECT_TRUE(world.rollback_plan().undos.empty()) << "there is nothing to take back";
}

TEST(Cancel, OfAJobThatNeverCameToBeEndsThoseOnOtherHosts) {
  RunWorld world("  first: {uses: make_both, with: {name: a}}\n");
  world.on_new.looks = world.on_old.looks = 1'000'000;
  begin_and_leave(world);
  world.on_new.jobs.clear();
  world.decide(EventType::cancel, {"first", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("first"), ItemState::cancelled);
  EXPECT_EQ(world.on_old.cancels, 1);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
  EXPECT_EQ(world.rollback_plan().undos.size(), 1u) << "the job on old may have done something";
}

TEST(Cancel, WhileTheStepIsLookedAtKeepsItFromActing) {
  for (const std::string uses : {"make", "call", "survey"}) {
    RunWorld world("  go: {uses: approve, with: {question: \"Go on?\"}}\n  first: {uses: " + uses +
                   ", needs: [go], with: {name: a}}\n  last: {uses: make, with: {name: z}}\n");
    ASSERT_EQ(world.must_run().exit, ExitCode::parked);
    world.approve("go");
    world.clock.advance(std::chrono::hours(1));  // so that it is looked at anew
    bool said = false;
    world.on_look = [&](StepContext& context) {
      if (said || world.of("go") != ItemState::done || context.params().text("name") != "a") return;
      said = true;
      world.decide(EventType::cancel, {"first", {}});
    };
    EXPECT_EQ(world.must_run().exit, ExitCode::failed) << uses;
    ASSERT_TRUE(said) << uses;
    EXPECT_EQ(world.of("first"), ItemState::cancelled) << uses;
    EXPECT_TRUE(world.on_new.starts.empty()) << uses;
    EXPECT_EQ(world.called["a"], 0) << uses;
    EXPECT_TRUE(world.state().refused_decisions.empty()) << uses;
  }
}

TEST(Cancel, WhileItIsLookedWhatAnotherProcessHasBegunKeepsThatFromActing) {
  bool begun = false;
  for (int k = 1; k < 100; ++k) {
    RunWorld world("  first: {uses: call, with: {name: a}}\n");
    if (!world.run_killed_at(k, MemoryJournal::Fault::dies_after)) break;
    if (!world.state().item({"first", {}}).open || world.called["a"] > 0) continue;
    begun = true;
    world.on_look = [&](StepContext&) {
      if (world.state().open_decisions.empty()) world.decide(EventType::cancel, {"first", {}});
    };
    EXPECT_EQ(world.must_run().exit, ExitCode::failed) << k;
    EXPECT_EQ(world.of("first"), ItemState::cancelled) << k;
    EXPECT_EQ(world.called["a"], 0) << k;
  }
  EXPECT_TRUE(begun);
}

}  // namespace
}  // namespace mxodus
