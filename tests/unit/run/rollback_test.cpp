#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

constexpr const char* kSteps = R"(  first: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}}
)";

TEST(Rollback, TakesDependantsBackFirst) {
  RunWorld world(kSteps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  std::vector<std::string> undone;
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    undone.push_back(spec.script);
    world.facts.erase(spec.script.substr(spec.script.find(' ') + 1));
    return JobDone{0};
  };
  const auto summary = world.roll_back();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->exit, ExitCode::done);
  EXPECT_THAT(undone, testing::ElementsAre("unmake b", "unmake a"));
  EXPECT_EQ(world.of("first"), ItemState::undone);
  EXPECT_TRUE(world.rollback_plan().undos.empty());
}

TEST(Rollback, StopsWhereTheStateIsNotWhatTheStepLeft) {
  RunWorld world(kSteps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.facts.erase("b");
  const auto summary = world.roll_back();
  ASSERT_TRUE(summary);
  EXPECT_NE(summary->exit, ExitCode::done);
  EXPECT_EQ(world.facts, std::set<std::string>{"a"});
  EXPECT_THAT(world.state().item({"second", {}}).sentence, testing::HasSubstr("not there any more"));
}

TEST(Rollback, InPartIsSaidByResumeWithTheCommandThatGoesOn) {
  RunWorld world(kSteps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.script != "unmake b") return JobDone{1};
    world.facts.erase("b");
    return JobDone{0};
  };
  ASSERT_EQ(world.roll_back()->exit, ExitCode::failed);
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::failed) << "an undo has failed";
  EXPECT_EQ(summary.next.command, "mxodus rollback r1");
  EXPECT_EQ(world.on_new.starts["make b"], 1) << "nothing that was taken back begins again by itself";
}

TEST(Rollback, TakesUpNoWordThatWasSaidBeforeIt) {
  RunWorld world(kSteps);
  world.breaks = {"b"};
  ASSERT_EQ(world.must_run().exit, ExitCode::failed);
  world.decide(EventType::retry, {"second", {}});
  ASSERT_TRUE(world.roll_back());
  world.breaks.clear();
  world.must_run();
  EXPECT_EQ(world.state().refused_decisions.size(), 1u);
  EXPECT_EQ(world.on_new.starts["make b"], 1);
}

TEST(Rollback, AsAWholeRefusesToGoOnUntilSomebodySaysSo) {
  RunWorld world(kSteps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  ASSERT_EQ(world.roll_back()->exit, ExitCode::done);
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::refused);
  EXPECT_THAT(summary.reason, testing::HasSubstr("first, second were taken back by a rollback"));
  EXPECT_THAT(summary.next.command, testing::StartsWith("mxodus end --run r1"));
  EXPECT_EQ(world.on_new.starts["make a"], 1);
  world.decide(EventType::retry, {"first", {}});
  world.decide(EventType::retry, {"second", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make a"], 2);
}

TEST(Rollback, KilledAtAnyAppendIsTakenUpAgainAndUndoesNothingTwice) {
  for (int k = 1; k < 12; ++k) {
    RunWorld world(kSteps);
    ASSERT_EQ(world.must_run().exit, ExitCode::done);
    const bool killed = world.roll_back_killed_at(k, MemoryJournal::Fault::dies_after);
    const auto summary = world.roll_back();
    ASSERT_TRUE(summary) << one_line(summary.error());
    EXPECT_EQ(summary->exit, ExitCode::done) << "killed at append " << k << ": " << summary->reason;
    EXPECT_EQ(world.on_new.starts["unmake a"], 1) << k;
    EXPECT_EQ(world.on_new.starts["unmake b"], 1) << k;
    if (!killed) return;
  }
  ADD_FAILURE() << "the rollback has more appends than that";
}

TEST(Rollback, AHostOutOfSightParksItWithTheUndoThatGoesOn) {
  RunWorld world(kSteps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] { world.on_new.silent = world.on_new.starts.contains("unmake b"); };
  const auto summary = world.roll_back();
  ASSERT_TRUE(summary);
  EXPECT_TRUE(world.on_new.silent);
  EXPECT_EQ(summary->exit, ExitCode::parked);
  EXPECT_EQ(world.on_new.starts["unmake a"], 0);
  world.on_wait = {};
  world.on_new.silent = false;
  for (auto& [id, job] : world.on_new.jobs) job.looks_left = 0;
  world.on_new.looks = 1;
  EXPECT_EQ(world.roll_back()->exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["unmake b"], 1);
}

TEST(Rollback, IsLeftByTheFirstInterruptAndTheUndoGoesOn) {
  RunWorld world(kSteps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] {
    if (world.on_new.starts.contains("unmake b")) world.stop.request_stop();
  };
  const auto summary = world.roll_back();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->exit, ExitCode::interrupted);
  EXPECT_EQ(world.observer.count<Stopping>(), 1);
  EXPECT_EQ(world.on_new.starts["unmake a"], 0);
}

Error held_by_another_run() {
  return {ErrorKind::refused,
          "lease.held",
          "host new is held by run r0",
          {},
          {},
          "finish that run there, or use --take-over 17 --why …"};
}

TEST(Rollback, RefusedByALeaseLeavesTheStepDoneAndIsTypedAgain) {
  RunWorld world(kSteps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.on_new.refuses = held_by_another_run();
  const Summary refused = *world.roll_back();
  EXPECT_EQ(refused.exit, ExitCode::refused);
  EXPECT_THAT(refused.reason,
              testing::HasSubstr("the undo of second has not begun: host new is held by run r0"));
  EXPECT_EQ(refused.next.command, "mxodus rollback r1");
  EXPECT_EQ(refused.next.instead, "mxodus rollback r1 --take-over 17 --why …");
  EXPECT_EQ(world.of("second"), ItemState::done);
  EXPECT_EQ(world.state().item({"second", {}}).verdict, Verdict::ok);
  EXPECT_EQ(world.rollback_plan().undos.size(), 2u) << "it is still to be taken back";

  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make b"], 1) << "a resume does not begin it again";
  world.on_new.refuses.reset();
  EXPECT_EQ(world.roll_back()->exit, ExitCode::done);
  EXPECT_TRUE(world.facts.empty());
}

TEST(Rollback, RefusedByALeaseHalfwayIsTypedAgainAndDoesNotGoForward) {
  RunWorld world(kSteps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.on_wait = [&] {
    if (world.of("second") == ItemState::undone) world.on_new.refuses = held_by_another_run();
  };
  world.on_look = [&](StepContext&) { world.on_wait(); };
  const Summary refused = *world.roll_back();
  EXPECT_EQ(world.of("second"), ItemState::undone);
  EXPECT_EQ(world.of("first"), ItemState::done);
  EXPECT_EQ(refused.exit, ExitCode::refused);
  EXPECT_EQ(refused.next.instead, "mxodus rollback r1 --take-over 17 --why …");
}

TEST(Rollback, WithoutTheSecretOfAnUndoIsParkedAndLeavesTheStepDone) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  second:
    uses: make
    with: {name: b}
    undo: {uses: command, host: new, with: {effect: change, argv: [unmake, b], secrets: {key: "${secrets.password}"}}}
)");
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  const Summary parked = *world.roll_back();
  EXPECT_EQ(parked.exit, ExitCode::parked);
  EXPECT_THAT(parked.reason, testing::HasSubstr("the undo of second has not begun: there is no terminal"));
  EXPECT_EQ(parked.next.command, "mxodus rollback r1");
  EXPECT_EQ(world.of("second"), ItemState::done);
  world.password = "hunter2hunter2";
  EXPECT_EQ(world.roll_back()->exit, ExitCode::done);
  EXPECT_EQ(world.of("first"), ItemState::undone);
}

TEST(Rollback, LeftWhileItLooksSaysNothingOfTheUndo) {
  RunWorld world(kSteps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.on_look = [&](StepContext&) { world.stop.request_stop(); };
  ASSERT_TRUE(world.roll_back());
  EXPECT_EQ(world.of("second"), ItemState::done) << world.state().item({"second", {}}).sentence;
  EXPECT_EQ(world.on_new.starts["unmake b"], 0);
  world.on_look = {};
  world.stop = {};
  EXPECT_EQ(world.roll_back()->exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["unmake b"], 1);
}

TEST(Rollback, ListsThePermanentAsNotUndone) {
  RunWorld world(kSteps);
  world.permanent = {"b"};
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  const RollbackPlan plan = world.rollback_plan();
  ASSERT_EQ(plan.not_undone.size(), 1u);
  EXPECT_EQ(plan.not_undone[0].id.step, "second");
  ASSERT_EQ(plan.undos.size(), 1u);
  EXPECT_EQ(plan.undos[0].change.id.step, "first");
}

constexpr const char* kFenced = R"(  first: {uses: make, with: {name: a}}
  fence: {uses: command, host: new, with: {effect: change, argv: [fence, old]}}
  last: {uses: make, with: {name: b}}
)";

TEST(Rollback, AChangeThatNothingSaysHowToUndoIsListedNotedAndStopsNothing) {
  RunWorld world(kFenced);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  const RollbackPlan plan = world.rollback_plan();
  ASSERT_EQ(plan.without_undo.size(), 1u);
  EXPECT_EQ(plan.without_undo[0].id.step, "fence");
  EXPECT_EQ(plan.undos.size(), 2u);
  const Summary summary = *world.roll_back();
  EXPECT_EQ(summary.exit, ExitCode::done);
  EXPECT_EQ(summary.next.command, "mxodus end --run r1 --why …") << "no second rollback";
  EXPECT_EQ(summary.next.instead, "mxodus retry first");
  EXPECT_TRUE(world.facts.empty());
  EXPECT_EQ(world.of("fence"), ItemState::done);
  ASSERT_EQ(world.state().notes.size(), 1u);
  EXPECT_EQ(world.state().notes[0].id.step, "fence");
  EXPECT_THAT(world.state().notes[0].text, testing::HasSubstr("left as it is by the rollback"));
}

TEST(Rollback, IsNotDoneWhileTheEndOfAChangeIsNotKnown) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  second: {uses: make_unseen, with: {name: b}}
)");
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.script == "make b") return JobLost{};
    world.facts.insert("a");
    return JobDone{0};
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::in_doubt);
  ASSERT_EQ(world.of("second"), ItemState::in_doubt);
  world.on_new.ends = [&](const JobSpec&) -> JobState {
    world.facts.clear();
    return JobDone{0};
  };
  const Summary summary = *world.roll_back();
  EXPECT_EQ(world.of("first"), ItemState::undone);
  EXPECT_EQ(summary.exit, ExitCode::in_doubt);
  EXPECT_THAT(summary.reason, testing::HasSubstr("the end of second is not known"));
  EXPECT_EQ(summary.next.command, "mxodus explain second");
}

TEST(Rollback, OfARunKilledAtAnyAppendFirstLearnsTheEndOfWhatWasBegun) {
  int looked_on = 0;
  for (int k = 1; k < 24; ++k) {
    RunWorld world(kSteps);
    world.run_killed_at(k / 2 + 1,
                        k % 2 ? MemoryJournal::Fault::dies_before : MemoryJournal::Fault::dies_after);
    const auto began = world.on_new.starts;
    while (!world.going_on().empty()) ++looked_on;
    EXPECT_EQ(world.on_new.starts, began) << "killed at append " << k;
    world.on_new.ends = [&](const JobSpec& spec) -> JobState {
      world.facts.erase(spec.script.substr(spec.script.find(' ') + 1));
      return JobDone{0};
    };
    EXPECT_EQ(world.roll_back()->exit, ExitCode::done) << "killed at append " << k;
    EXPECT_TRUE(world.facts.empty()) << "killed at append " << k;
    EXPECT_FALSE(world.state().item({"second", {}}).open) << "killed at append " << k;
  }
  EXPECT_GT(looked_on, 0) << "no job went on when its run was killed";
}

TEST(Rollback, OfWhatAStepUnderWayRestsOnDoesNotLoseThatStep) {
  std::set<bool> began;
  for (int k = 1; k < 24; ++k) {
    RunWorld world(kSteps);
    world.run_killed_at(k / 2 + 1,
                        k % 2 ? MemoryJournal::Fault::dies_before : MemoryJournal::Fault::dies_after);
    if (!world.state().item({"second", {}}).open) continue;
    const int starts = world.on_new.starts["make b"];
    began.insert(starts == 1);
    world.on_new.ends = [&](const JobSpec& spec) -> JobState {
      const std::string fact = spec.script.substr(spec.script.find(' ') + 1);
      spec.script.starts_with("un") ? void(world.facts.erase(fact)) : void(world.facts.insert(fact));
      return JobDone{0};
    };
    ASSERT_TRUE(world.roll_back());
    ASSERT_EQ(world.of("first"), ItemState::undone);
    world.must_run();
    EXPECT_EQ(world.of("second"), starts == 1 ? ItemState::done : ItemState::blocked) << k;
    EXPECT_EQ(world.on_new.starts["make b"], starts) << "what it rests on is gone";
  }
  EXPECT_EQ(began, (std::set<bool>{false, true})) << "killed before and after the job began";
}

TEST(Rollback, TheUndoOfTheStepItselfIsEnough) {
  RunWorld world(R"(  fence:
    uses: command
    host: new
    with: {effect: change, argv: [fence, old]}
    undo: {uses: command, with: {effect: permanent, argv: [unfence, old]}}
)");
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(world.rollback_plan().without_undo.empty());
  EXPECT_EQ(world.roll_back()->exit, ExitCode::done);
  EXPECT_EQ(world.of("fence"), ItemState::undone);
}

TEST(Rollback, CallsForNoCleanUp) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}, on_fail: [clean]}
  clean: {uses: make, with: {name: c}}
)");
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  ASSERT_EQ(world.roll_back()->exit, ExitCode::done);
  EXPECT_EQ(world.must_run().exit, ExitCode::refused);
  EXPECT_EQ(world.on_new.starts.count("make c"), 0u);
}

TEST(Rollback, NamesThePointOfNoReturnOnceItIsPast) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}, point_of_no_return: true}
)");
  EXPECT_EQ(world.rollback_plan().past_point, "");
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.rollback_plan().past_point, "second");
}

TEST(Rollback, NamesWhatAStepHasDoneThatIsNoLongerInThePlaybook) {
  RunWorld world(kSteps);
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.decide(EventType::accept, {"first", {}});
  world.edit("  second: {uses: make, with: {name: b}}\n");
  const RollbackPlan plan = world.rollback_plan();
  ASSERT_EQ(plan.without_undo.size(), 1u);
  EXPECT_EQ(plan.without_undo[0].id.step, "first");
  ASSERT_EQ(plan.undos.size(), 1u);
  EXPECT_EQ(plan.undos[0].change.id.step, "second");
}

}  // namespace
}  // namespace mxodus
