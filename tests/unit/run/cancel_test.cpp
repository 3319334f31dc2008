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

TEST(Cancel, OfWhatHasNotBegunStaysWhereItsHostCannotSeeToIt) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  world.on_new.lost = true;
  world.on_new.no_end =
      Error{ErrorKind::refused, "job.host-failed", "cannot make a folder: the disk is full"};
  world.on_wait = [&] {
    if (world.on_new.cancels == 0 && world.state().open_decisions.empty())
      world.decide(EventType::cancel, {"first", {}});
  };
  world.must_run();
  EXPECT_EQ(world.of("first"), ItemState::cancelled);
  EXPECT_EQ(world.on_new.cancels, 2);
  EXPECT_EQ(world.on_new.starts["make a"], 0);
}

/// A change that is tried again where it fails, and that is cancelled as soon as its job runs.
class CancelOfAChangeWithRetry : public testing::Test {
 protected:
  void SetUp() override {
    world_.on_new.looks = 1'000'000;
    world_.on_wait = [this] {
      if (world_.on_new.jobs.empty()) return;
      if (!std::exchange(said_, true)) world_.decide(EventType::cancel, {"restore", {}});
      if (then_) then_();
    };
  }
  void expect_that_it_is_cancelled_once_and_for_all() {
    EXPECT_TRUE(said_);
    EXPECT_EQ(world_.of("restore"), ItemState::cancelled);
    EXPECT_EQ(world_.attempts("restore"), 1);
    EXPECT_THAT(world_.state().item({"restore", {}}).sentence, testing::StartsWith("cancelled by ada"));
    EXPECT_TRUE(world_.state().open_decisions.empty());
  }

  RunWorld world_{"  restore: {uses: make, host: new, retry: {times: 2}, with: {name: a}}\n"};
  bool said_ = false;
  std::function<void()> then_;
};

TEST_F(CancelOfAChangeWithRetry, WhoseAnswerIsLostIsNoFailure) {
  world_.on_new.cut_off = 1;
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  expect_that_it_is_cancelled_once_and_for_all();
  EXPECT_EQ(world_.on_new.cancels, 2);
}

TEST_F(CancelOfAChangeWithRetry, SaidTwiceIsNotSentMoreOften) {
  world_.on_new.cut_off = 3;
  then_ = [this, n = 0]() mutable {
    if (++n == 3) world_.decide(EventType::cancel, {"restore", {}});
  };
  const Time begun = world_.clock.now();
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  expect_that_it_is_cancelled_once_and_for_all();
  EXPECT_EQ(world_.on_new.cancels, 4);
  EXPECT_GE(world_.clock.now().since_epoch - begun.since_epoch, std::chrono::seconds(90));
  EXPECT_EQ(world_.state().refused_decisions.size(), 1u) << "the second: it has ended";
}

TEST_F(CancelOfAChangeWithRetry, AfterWhichItsHostCannotBeLookedAtIsNoFailure) {
  then_ = [this] { world_.away = {"a"}; };
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  expect_that_it_is_cancelled_once_and_for_all();
  EXPECT_THAT(world_.state().item({"restore", {}}).sentence,
              testing::HasSubstr("what is left to do could not be seen: no route to host"));
}

TEST_F(CancelOfAChangeWithRetry, IsSentOnceItsHostIsBackInALaterProcessToo) {
  then_ = [this] { world_.on_new.silent = true; };
  EXPECT_EQ(world_.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world_.state().open_decisions.size(), 1u);
  EXPECT_THAT(world_.state().item({"restore", {}}).reason, testing::HasSubstr("no route to host"));
  then_ = {};
  world_.on_new.silent = false;
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  expect_that_it_is_cancelled_once_and_for_all();
  EXPECT_EQ(world_.on_new.cancels, 1);
}

TEST_F(CancelOfAChangeWithRetry, IsKeptByAProcessThatFindsItsHostLost) {
  then_ = [this] { world_.on_new.silent = true; };
  EXPECT_EQ(world_.must_run().exit, ExitCode::parked);
  then_ = {};
  world_.on_new.silent = false;
  world_.lose("new");
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  expect_that_it_is_cancelled_once_and_for_all();
}

TEST_F(CancelOfAChangeWithRetry, ThatItsHostRefusesIsUsedUp) {
  world_.on_new.stubborn = true;
  then_ = [this, n = 0]() mutable {
    if (++n == 100) world_.on_new.jobs.begin()->second.looks_left = 0;
  };
  EXPECT_EQ(world_.must_run().exit, ExitCode::done);
  EXPECT_EQ(world_.on_new.cancels, 1);
  EXPECT_TRUE(world_.state().open_decisions.empty());
}

TEST(Cancel, OfAStartThatWasLostKeepsItFromBeginningWhenItsHostIsBack) {
  RunWorld world(kTwo);
  world.on_new.lost = true;
  int waits = 0;
  world.on_wait = [&] {
    if (world.of("first") != ItemState::running && world.of("first") != ItemState::reconnecting) return;
    world.on_new.silent = ++waits < 20;
    if (waits == 3) world.decide(EventType::cancel, {"first", {}});
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_GE(waits, 20);
  EXPECT_EQ(world.of("first"), ItemState::cancelled);
  EXPECT_TRUE(world.on_new.starts.empty());
}

}  // namespace
}  // namespace mxodus
