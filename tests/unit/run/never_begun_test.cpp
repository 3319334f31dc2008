#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

/// Ends the process once `change` is meant, and leaves the rest to the next one.
void leave_once_it_is_meant(RunWorld& world) {
  world.on_wait = [&world] {
    if (world.of("change") == ItemState::running) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  ASSERT_TRUE(world.state().item({"change", {}}).open);
  world.stop = {};
  world.on_wait = {};
}

/// A change behind a look that ages and a gate, whose start is lost: its intent is durable, its host knows
/// nothing of it.
class NeverBegun : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(world_.must_run().exit, ExitCode::parked);
    world_.approve("go");
    world_.on_new.lost = true;
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
  leave_once_it_is_meant(world_);
  const int before = world_.looked["l"];
  world_.clock.advance(std::chrono::minutes(90));
  EXPECT_EQ(world_.must_run().exit, ExitCode::done);
  EXPECT_EQ(world_.looked["l"], before + 1);
  EXPECT_EQ(world_.on_new.starts["make a"], 1);
}

TEST_F(NeverBegun, DoesNotBeginWhereAnAgedLookFindsTheContrary) {
  leave_once_it_is_meant(world_);
  world_.clock.advance(std::chrono::minutes(90));
  world_.looks["l"] = [] { return found(Verdict::fail); };
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  EXPECT_TRUE(world_.on_new.starts.empty());
}

TEST_F(NeverBegun, IsAskedAboutAnewWhereWhatTheAnswerRestedOnIsOtherwise) {
  leave_once_it_is_meant(world_);
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

/// `go` is answered, `first` done, and `change` was killed between its intent and its job; nothing where
/// another append of that process is the k-th.
std::unique_ptr<RunWorld> change_meant(const std::string& steps, int k) {
  auto world = std::make_unique<RunWorld>(steps);
  if (world->must_run().exit != ExitCode::parked) return nullptr;
  world->approve("go");
  if (!world->run_killed_at(k, MemoryJournal::Fault::dies_after)) return nullptr;
  const bool meant = world->state().item({"change", {}}).open && !world->on_new.starts.contains("make b");
  return meant ? std::move(world) : nullptr;
}

TEST(NeverBegunChange, WaitsForAGateThatAKilledProcessHasOpenedAnewAboveWhatIsDone) {
  const auto steps = [](const std::string& question) {
    return "  go: {uses: approve, with: {question: \"" + question + "\"}}\n" +
           "  first: {uses: make, with: {name: a}}\n  change: {uses: make, with: {name: b}}\n";
  };
  int killed_after_asking = 0;
  for (int k = 1; k < 30; ++k)
    for (int then = 1; then < 10; ++then) {
      const auto world = change_meant(steps("Go on?"), k);
      if (!world) break;
      world->edit(steps("Go on, in spite of it?"));
      if (!world->run_killed_at(then, MemoryJournal::Fault::dies_after)) break;
      if (world->of("go") == ItemState::gate && world->state().item({"change", {}}).open)
        ++killed_after_asking;
      EXPECT_EQ(world->must_run().exit, ExitCode::parked) << k << " " << then;
      EXPECT_EQ(world->of("go"), ItemState::gate) << k << " " << then;
      EXPECT_FALSE(world->on_new.starts.contains("make b")) << k << " " << then;
    }
  EXPECT_GT(killed_after_asking, 0);
}

TEST(NeverBegunChange, ThatACancelNobodyHeardOfHasEndedIsAnotherAttempt) {
  RunWorld world("  change: {uses: make, with: {name: a}}\n");
  world.on_new.buried.insert("r1.change.1");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.attempts("change"), 2);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
}

TEST(NeverBegunChange, WhoseLaunchWasCutOffIsStartedAgain) {
  for (const std::string uses : {"make", "make_unseen"}) {
    RunWorld world("  change: {uses: " + uses + ", with: {name: a}}\n");
    world.on_new.claims = true;
    EXPECT_EQ(world.must_run().exit, ExitCode::done) << uses;
    EXPECT_EQ(world.attempts("change"), 1) << uses;
    EXPECT_EQ(world.on_new.starts["make a"], 1) << uses;
  }
}

/// A change whose start was lost within its window, which has closed since; its host knows nothing of it.
class NeverBegunInItsWindow : public testing::Test {
 protected:
  void SetUp() override {
    world_.on_new.lost = true;
    leave_once_it_is_meant(world_);
    world_.clock.advance(std::chrono::hours(3));
  }
  static std::string steps() {
    FakeClock clock;
    const auto at = [&](int minutes) {
      return to_local_string(Time{clock.now().since_epoch + std::chrono::minutes(minutes)}).substr(11, 5);
    };
    return "  change: {uses: make, window: \"" + at(-30) + "-" + at(30) + "\", with: {name: a}}\n";
  }

  RunWorld world_{steps()};
};

TEST_F(NeverBegunInItsWindow, WaitsForItAndIsKeptFromBeginningOutsideOfIt) {
  EXPECT_EQ(world_.must_run().exit, ExitCode::parked);
  EXPECT_TRUE(world_.on_new.starts.empty());
  EXPECT_EQ(world_.of("change"), ItemState::waiting);
  EXPECT_TRUE(world_.on_new.buried.contains("r1.change.1")) << "its start may still be on its way";
  world_.clock.advance(std::chrono::hours(21));
  EXPECT_EQ(world_.must_run().exit, ExitCode::done);
  EXPECT_EQ(world_.attempts("change"), 2);
  EXPECT_EQ(world_.on_new.starts["make a"], 1);
}

TEST_F(NeverBegunInItsWindow, IsEndedWhereItComesWhileItIsKeptFromThat) {
  world_.on_new.on_cancel = [this] { world_.on_new.jobs["r1.change.1"] = {{}, JobRunning{}, 9, ""}; };
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  EXPECT_EQ(std::get<JobDone>(world_.on_new.jobs["r1.change.1"].state).exit_status, 143);
  EXPECT_THAT(world_.state().item({"change", {}}).sentence, testing::HasSubstr("came to its host late"));
}

TEST_F(NeverBegunInItsWindow, IsItselfWhereItHasEndedByThen) {
  world_.on_new.on_cancel = [this] {
    const JobSpec spec{.title = "make a", .script = "make a"};
    world_.on_new.jobs["r1.change.1"] = {spec, world_.on_new.ends(spec), 0, ""};
  };
  EXPECT_EQ(world_.must_run().exit, ExitCode::done);
  EXPECT_EQ(world_.attempts("change"), 1);
  EXPECT_TRUE(world_.on_new.starts.empty()) << "of this process";
}

TEST_F(NeverBegunInItsWindow, IsAskedForNowAndThenWhereItsHostCannotSeeToThat) {
  world_.on_new.refuses_to_end = Error{ErrorKind::refused, "job.host-failed", "cannot write"};
  std::string reason;
  const Time begun = world_.clock.now();
  world_.on_wait = [&] {
    if (world_.on_new.cancels < 3) return;
    const ItemRecord change = world_.state().item({"change", {}});
    if (world_.on_new.refuses_to_end && change.open) reason = change.reason;
    world_.on_new.refuses_to_end.reset();
  };
  world_.must_run();
  EXPECT_THAT(reason, testing::HasSubstr("cannot write"));
  EXPECT_GT(world_.clock.now().since_epoch - begun.since_epoch, std::chrono::minutes(20))
      << "it asked in a hurry";
  EXPECT_TRUE(world_.on_new.buried.contains("r1.change.1"));
}

TEST_F(NeverBegunInItsWindow, IsCancelledByAWordThatIsSaidMeanwhile) {
  world_.on_new.on_cancel = [this] { world_.decide(EventType::cancel, {"change", {}}); };
  world_.must_run();
  EXPECT_EQ(world_.of("change"), ItemState::cancelled);
  EXPECT_THAT(world_.state().refused_decisions, testing::IsEmpty());
}

TEST_F(NeverBegunInItsWindow, StaysOpenUntilItsHostHasSeenToThat) {
  world_.on_new.no_end = Error{ErrorKind::no_answer, "ssh.lost", "the connection went"};
  bool open_without_an_answer = false;
  world_.on_wait = [&] {
    open_without_an_answer |= world_.on_new.cancels == 1 && world_.state().item({"change", {}}).open;
  };
  const int asked = world_.on_new.asked;
  EXPECT_EQ(world_.must_run().exit, ExitCode::parked);
  EXPECT_TRUE(open_without_an_answer);
  EXPECT_LE(world_.on_new.asked - asked, 5) << "in a hurry";
  EXPECT_TRUE(world_.on_new.buried.contains("r1.change.1"));
  EXPECT_EQ(world_.of("change"), ItemState::waiting);
}

}  // namespace
}  // namespace mxodus
