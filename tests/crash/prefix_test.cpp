#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

using Fault = MemoryJournal::Fault;

constexpr const char* kSteps = R"(  look: {uses: look, with: {name: l}}
  first: {uses: make, with: {name: a}}
  zone: {uses: call, with: {name: z}}
  go: {uses: approve, with: {question: "Go on?"}}
  pause: {uses: wait, with: {for: 1m}}
  each: {uses: make, with: {name: "e-${item}"}, for_each: [ada, bob]}
  shaky: {uses: look, needs: [each], with: {name: s}, retry: {times: 1, delay: 1s}}
  last: {uses: make, needs: [shaky], with: {name: b}}
)";

struct Story {
  explicit Story() : world(kSteps) {
    world.looks["s"] = [this] { return found(world.looked["s"] == 2 ? Verdict::fail : Verdict::ok); };
    world.looked["s"] = 1;  // the planner does not look behind changes: the first look is the executor's
  }
  RunWorld world;
};

/// Answers what is asked and resumes until the run is over.
Summary finish(RunWorld& world) {
  Summary summary;
  for (int n = 0; n < 6; ++n) {
    summary = world.must_run();
    if (summary.exit != ExitCode::parked) break;
    if (world.of("go") == ItemState::gate) world.approve("go");
  }
  return summary;
}

std::map<ItemId, ItemState> states(RunWorld& world) {
  std::map<ItemId, ItemState> states;
  for (const auto& [id, record] : world.state().items) states[id] = record.state;
  return states;
}

void expect_the_same_end(RunWorld& world, const std::map<ItemId, ItemState>& wanted,
                         const std::string& where) {
  EXPECT_EQ(finish(world).exit, ExitCode::done) << where;
  EXPECT_EQ(states(world), wanted) << where;
  for (const char* title : {"make a", "make e-ada", "make e-bob", "make b"})
    EXPECT_EQ(world.on_new.starts[title], 1) << title << " " << where;
  EXPECT_EQ(world.called["z"], 1) << where;
  EXPECT_EQ(world.facts, (std::set<std::string>{"a", "b", "e-ada", "e-bob", "z"})) << where;
}

/// Kills one process at its k-th append, another at its j-th, and lets the third finish.
class KilledAt : public testing::TestWithParam<Fault> {};

TEST_P(KilledAt, EveryAppendTheRunComesToTheSameEndAndStartsNothingTwice) {
  Story whole;
  ASSERT_EQ(finish(whole.world).exit, ExitCode::done);
  const auto wanted = states(whole.world);
  const int appends = whole.world.disk->appends;
  ASSERT_GT(appends, 20);

  int kills = 0;
  for (int k = 1; k <= appends; ++k) {
    Story story;
    int left = k;
    bool killed = false;
    // The kill may come in the first process or, after the gate, in a later one.
    for (int process = 0; process < 4 && !killed; ++process) {
      const int before = story.world.disk->appends;
      killed = story.world.run_killed_at(left, GetParam());
      left -= story.world.disk->appends - before;
      if (!killed && story.world.of("go") == ItemState::gate) {
        story.world.approve("go");
        --left;
        if (left <= 0) break;
      }
    }
    kills += killed;
    expect_the_same_end(story.world, wanted, "killed at append " + std::to_string(k));
    if (HasFailure()) return;
  }
  EXPECT_EQ(kills, appends - 1) << "every append but the approval, which another process makes";
}

INSTANTIATE_TEST_SUITE_P(, KilledAt, testing::Values(Fault::dies_before, Fault::dies_after),
                         [](const auto& fault) {
                           return fault.param == Fault::dies_before ? "BeforeItIsDurable"
                                                                    : "AfterItIsDurable";
                         });

TEST(Prefix, ResumedFromEveryPrefixOfItsJournalNothingIsDoneTwice) {
  Story whole;
  ASSERT_EQ(finish(whole.world).exit, ExitCode::done);
  const auto wanted = states(whole.world);
  for (std::size_t length = 1; length <= whole.world.disk->events.size(); ++length) {
    // The world is as it was at the end: whatever the shorter journal does not know of has been done.
    Story story;
    finish(story.world);
    story.world.disk->events.resize(length);
    if (story.world.state().phase == RunPhase::ended) continue;
    expect_the_same_end(story.world, wanted, "with the first " + std::to_string(length) + " events");
    if (HasFailure()) return;
  }
}

/// A first step that fails, killed at its k-th append, and resumed: how often `title` was started. Nothing
/// where it ended before that append.
std::optional<int> starts_after_a_kill(const std::string& steps, int k, Fault fault,
                                       const std::string& title) {
  RunWorld world(steps);
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.script == "make a") world.facts.insert("a");
    if (spec.script == "unmake a") world.facts.erase("a");
    return JobDone{spec.script == "make a" ? 1 : 0};
  };
  if (!world.run_killed_at(k, fault)) return std::nullopt;
  EXPECT_EQ(world.must_run().exit, ExitCode::failed) << "killed at append " << k;
  EXPECT_EQ(world.on_new.starts["make a"], 1) << "killed at append " << k;
  return world.on_new.starts[title];
}

class FailedAndKilledAt : public testing::TestWithParam<Fault> {};

TEST_P(FailedAndKilledAt, EveryAppendItsCleanUpRunsExactlyOnce) {
  const std::string steps = R"(  first: {uses: make, needs: [], with: {name: a}, on_fail: [tidy]}
  tidy: {uses: make, needs: [], with: {name: t}}
)";
  int k = 1;
  for (; const auto starts = starts_after_a_kill(steps, k, GetParam(), "make t"); ++k)
    EXPECT_EQ(*starts, 1) << "killed at append " << k;
  EXPECT_GT(k, 5);
}

TEST_P(FailedAndKilledAt, EveryAppendItsEffectIsTakenBackExactlyOnce) {
  const std::string steps = "  first: {uses: make, with: {name: a}, on_fail: undo}\n";
  int k = 1;
  for (; const auto starts = starts_after_a_kill(steps, k, GetParam(), "unmake a"); ++k)
    EXPECT_EQ(*starts, 1) << "killed at append " << k;
  EXPECT_GT(k, 5);
}

INSTANTIATE_TEST_SUITE_P(, FailedAndKilledAt, testing::Values(Fault::dies_before, Fault::dies_after),
                         [](const auto& fault) {
                           return fault.param == Fault::dies_before ? "BeforeItIsDurable"
                                                                    : "AfterItIsDurable";
                         });

TEST(Doubt, AStartWithoutAnAnswerIsAskedForAndNotRepeated) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  world.on_new.deaf = true;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
}

TEST(Doubt, AJobLostInARebootIsSettledByLooking) {
  RunWorld undone("  first: {uses: make, with: {name: a}}\n");
  undone.on_new.ends = [](const JobSpec&) -> JobState { return JobLost{"rebooted"}; };
  const Summary summary = undone.must_run();
  EXPECT_EQ(summary.exit, ExitCode::failed);
  EXPECT_NE(summary.reason.find("rebooted"), std::string::npos);

  RunWorld done("  first: {uses: make, with: {name: a}}\n");
  done.on_new.ends = [&](const JobSpec&) -> JobState {
    done.facts.insert("a");
    return JobLost{"rebooted"};
  };
  EXPECT_EQ(done.must_run().exit, ExitCode::done);
}

TEST(Doubt, WhatCannotBeSeenFromOutsideIsSaidOnceAProcessAndIsNotTakenForRunning) {
  RunWorld world("  first: {uses: make_unseen, with: {name: a}}\n");
  world.on_new.ends = [](const JobSpec&) -> JobState { return JobLost{"rebooted"}; };
  for (int said = 1; said <= 2; ++said) {
    const Summary summary = world.must_run();
    EXPECT_EQ(summary.exit, ExitCode::in_doubt);
    EXPECT_TRUE(summary.going_on.empty());
    const auto types = world.types();
    EXPECT_EQ(std::count(types.begin(), types.end(), EventType::attempt_in_doubt), said);
  }
  EXPECT_EQ(world.on_new.starts["make a"], 1);
}

TEST(Doubt, ALostConnectionReattachesToTheJob) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  world.on_new.looks = 40;
  int waits = 0;
  world.on_wait = [&] {
    ++waits;
    world.on_new.silent = waits > 8 && waits < 16;
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  ASSERT_GT(waits, 16);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
  const auto types = world.types();
  EXPECT_EQ(std::count(types.begin(), types.end(), EventType::attempt_attached), 1);
}

TEST(Doubt, AHostAwayForLongParksTheRunWithItsJob) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] { world.on_new.silent = !world.on_new.jobs.empty(); };
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::parked);
  EXPECT_EQ(summary.going_on.size(), 1u);
  EXPECT_EQ(world.of("first"), ItemState::reconnecting);
  world.on_wait = {};
  world.on_new.silent = false;
  world.on_new.jobs.begin()->second.looks_left = 0;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
}

TEST(Doubt, AJournalThatCannotBeWrittenEndsTheProcessWhateverElseIsUnderWay) {
  constexpr const char* kBoth = R"(  one: {uses: make, needs: [], with: {name: a}}
  other: {uses: make, needs: [], with: {name: b}}
)";
  for (int k = 2; k < 40; ++k) {
    RunWorld world(kBoth);
    world.on_new.looks = 3;
    if (!world.run_killed_at(k, Fault::refused)) {
      EXPECT_GT(k, 4) << "the fault was to strike while both were under way";
      return;
    }
    ASSERT_EQ(world.must_run().exit, ExitCode::done) << "refused at append " << k;
    EXPECT_EQ(world.on_new.starts["make a"], 1);
    EXPECT_EQ(world.on_new.starts["make b"], 1);
  }
  FAIL() << "the run never came to its end";
}

TEST(Doubt, NothingActsWithoutADurableIntent) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  EXPECT_TRUE(world.run_killed_at(2, Fault::refused));
  EXPECT_TRUE(world.on_new.starts.empty());
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

}  // namespace
}  // namespace mxodus
