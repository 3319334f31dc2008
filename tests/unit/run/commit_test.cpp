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

TEST(Commit, OutputsThatAreTooLargeAreNotKeptAndTheEndIs) {
  RunWorld world(std::string(kLook) +
                 "  other: {uses: look, with: {name: o}}\n"
                 "  below: {uses: look, needs: [look], with: {name: \"${steps.look.n}\"}}\n");
  world.looks["l"] = [] { return found(Verdict::ok, {{"list", ValueList(5'000, Value("198.51.100.10"))}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::parked) << "an output that is read was not kept";
  EXPECT_EQ(world.of("look"), ItemState::done);
  EXPECT_EQ(world.of("other"), ItemState::done) << "it ends with the other, and is written down with it";
  const ItemRecord look = world.state().item({"look", {}});
  EXPECT_TRUE(look.outputs.is_null() || look.outputs == Value(ValueMap()));
  EXPECT_NE(look.sentence.find("its outputs are not kept: they are"), std::string::npos) << look.sentence;
}

TEST(Commit, WhatIsNotKeptDecidesNothingWhilePlanningOrRunning) {
  RunWorld world(std::string(kLook) +
                 "  named: {uses: look, with: {name: \"${steps.look.list and 'kept' or 'left'}\"}}\n"
                 "  asked: {uses: look, if: steps.look.n ~= 3, with: {name: a}}\n"
                 "  apart: {uses: look, needs: [look], with: {name: o}}\n");
  world.looks["l"] = [] { return found(Verdict::ok, {{"list", ValueList(5'000, Value("198.51.100.10"))}}); };
  EXPECT_NE(world.must_run().exit, ExitCode::done);
  for (const char* name : {"kept", "left", "a"}) EXPECT_EQ(world.looked.count(name), 0u) << name;
  for (const char* reader : {"named", "asked"}) EXPECT_EQ(world.of(reader), ItemState::blocked) << reader;
  EXPECT_EQ(world.state().item({"asked", {}}).reason,
            "it refers to outputs of look that were too large to keep");
  EXPECT_EQ(world.of("apart"), ItemState::done) << "it reads nothing of it";
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

TEST(Start, AJobThatIsOverByTheAnswerToItsStartIsNotAskedFor) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  world.on_new.looks = -1;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
  EXPECT_EQ(world.on_new.asked, 0);
}

TEST(Follow, LooksAtAYoungJobWaitOnItsHostForItsEndAndLooksAtAnOldOneDoNot) {
  RunWorld world("  a: {uses: make, host: new, with: {name: a}}\n");
  world.on_new.looks = 100;
  world.must_run();
  ASSERT_GT(world.on_new.waits.size(), 100u);
  EXPECT_EQ(world.on_new.waits.front(), Duration{std::chrono::milliseconds(250)});
  EXPECT_EQ(world.on_new.waits.back(), Duration{});
  EXPECT_TRUE(std::is_sorted(world.on_new.waits.rbegin(), world.on_new.waits.rend()));
}

TEST(Follow, AJobThatIsNearlyDoneIsWaitedForOnItsHostAgain) {
  RunWorld world("  slow: {uses: make, with: {name: a}}\n");
  world.on_new.looks = 200;
  world.on_new.elapsed = Duration{std::chrono::seconds(100)};
  world.fraction = [&] { return world.on_new.asked < 150 ? 0.5 : 0.999; };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  ASSERT_GT(world.on_new.waits.size(), 190u);
  EXPECT_EQ(world.on_new.waits[145], Duration{});
  EXPECT_EQ(world.on_new.waits[155], Duration{std::chrono::milliseconds(250)});
  EXPECT_EQ(world.on_new.waits[195], Duration{}) << "it is not, after all";
}

TEST(Start, JobsOnTwoHostsAreStartedOnBoth) {
  RunWorld world("  both: {uses: make_both, with: {name: a}}\n");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
  EXPECT_EQ(world.on_old.starts["make a"], 1);
}

TEST(Start, WhereOneHostRefusesItsJobThatOfTheOtherIsEnded) {
  RunWorld world("  both: {uses: make_both, with: {name: a}}\n");
  world.on_old.refuses = Error{ErrorKind::refused, "job.no-tool", "flock is missing on old", {}, {}, {}};
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::failed);
  EXPECT_NE(summary.reason.find("flock is missing on old"), std::string::npos) << summary.reason;
  ASSERT_EQ(world.on_new.jobs.size(), 1u);
  EXPECT_EQ(std::get<JobDone>(world.on_new.jobs.begin()->second.state).exit_status, 143);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
}

}  // namespace
}  // namespace mxodus
