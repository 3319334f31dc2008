#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/run/window.h"
#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

// What the keys of a step do that no other file here is about.

TEST(Host, AndVantageAreTheNamesThatTheStepGives) {
  RunWorld world("  look: {uses: look, host: old, from: new, with: {name: l}}\n");
  std::vector<std::string> stood;
  world.on_look = [&](StepContext& context) {
    stood.push_back(context.host().name() + " from " + context.vantage().name());
  };
  world.must_run();
  EXPECT_THAT(stood, testing::Each("old from new"));
}

TEST(From, SeveralVantagesMakeAnItemForEach) {
  RunWorld world("  look: {uses: look, from: [new, old], with: {name: l}}\n");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("look", "new"), ItemState::done);
  EXPECT_EQ(world.of("look", "old"), ItemState::done);
}

TEST(Needs, OfNothingWaitsForNothing) {
  RunWorld world(R"(  broken: {uses: look, with: {name: l}, on_fail: continue}
  free: {uses: make, needs: [], with: {name: a}}
  bound: {uses: make, needs: [broken], with: {name: b}}
)");
  world.looks["l"] = [] { return found(Verdict::fail); };
  world.must_run();
  EXPECT_EQ(world.of("free"), ItemState::done);
  EXPECT_EQ(world.of("bound"), ItemState::blocked);
}

TEST(Stage, IsWhatARunCanBeEndedAfter) {
  RunWorld world(R"(  look: {uses: look, stage: Look, with: {name: l}}
  change: {uses: make, stage: Change, with: {name: a}}
)");
  world.options.until = "Look";
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::parked);
  EXPECT_EQ(summary.reason, "stopped after Look, as --until says");
  EXPECT_EQ(world.of("look"), ItemState::done);
  EXPECT_TRUE(world.on_new.starts.empty());
}

TEST(Wait, ForAMomentThatNobodyGaveIsNotOver) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}}
  pause: {uses: wait, with: {at: "${steps.look.n}"}}
  change: {uses: make, needs: [pause], with: {name: a}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("pause"), ItemState::failed);
  EXPECT_TRUE(world.on_new.starts.empty());
}

/// The fake clock's local time of day, moved by `minutes`, as the language writes it.
std::string time_of_day(const FakeClock& clock, int minutes) {
  const std::time_t at =
      std::chrono::duration_cast<std::chrono::seconds>(clock.now().since_epoch).count() + minutes * 60;
  std::tm local{};
  localtime_r(&at, &local);
  std::array<char, 8> text{};
  std::strftime(text.data(), text.size(), "%H:%M", &local);
  return text.data();
}

TEST(Window, HoldsAChangeUntilItOpensAndNotALook) {
  const std::string window = time_of_day(FakeClock(), 120) + "-" + time_of_day(FakeClock(), 180);
  RunWorld world("  look: {uses: look, with: {name: l}, window: \"" + window +
                 "\"}\n  change: {uses: make, with: {name: a}, window: \"" + window + "\"}\n");
  const Summary early = world.must_run();
  EXPECT_EQ(early.exit, ExitCode::parked);
  EXPECT_EQ(world.of("look"), ItemState::done);
  EXPECT_EQ(world.of("change"), ItemState::waiting);
  EXPECT_TRUE(world.on_new.starts.empty());
  world.clock.advance(std::chrono::minutes(125));
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

constexpr const char* kFresh = R"(  look: {uses: look, with: {name: l}, fresh_for: 1h}
  old: {uses: look, with: {name: o}}
  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, with: {name: a}}
)";

TEST(FreshFor, AnAgedLookIsMadeAgainBeforeAChangeAlsoByAResume) {
  RunWorld world(kFresh);
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  const int before = world.looked["l"];
  const int other = world.looked["o"];
  world.approve("go");
  world.clock.advance(std::chrono::minutes(90));
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["l"], before + 1);
  EXPECT_EQ(world.looked["o"], other) << "without fresh_for it does not age";
}

TEST(FreshFor, WhatAnAgedLookFindsNowHoldsTheChange) {
  RunWorld world(kFresh);
  world.must_run();
  world.approve("go");
  world.clock.advance(std::chrono::minutes(90));
  world.looks["l"] = [] { return found(Verdict::fail); };
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_TRUE(world.on_new.starts.empty());
}

TEST(FreshFor, ALookThatIsFreshIsNotRepeated) {
  RunWorld world(kFresh);
  world.must_run();
  const int before = world.looked["l"];
  world.approve("go");
  world.clock.advance(std::chrono::minutes(30));
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["l"], before);
}

TEST(FreshFor, ALookOfWhatIsTheFutureForThisClockIsMadeAgain) {
  RunWorld world(kFresh);
  world.must_run();
  const int before = world.looked["l"];
  world.approve("go");
  world.clock.advance(-std::chrono::hours(2));
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["l"], before + 1);
}

TEST(FreshFor, AnAgedLookIsMadeAgainBeforeAGateToo) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}, fresh_for: 1h}
  pause: {uses: wait, with: {for: 2h}}
  go: {uses: approve, with: {question: "Go on?"}}
)");
  world.must_run();
  const int before = world.looked["l"];
  world.clock.advance(std::chrono::hours(3));
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("go"), ItemState::gate);
  EXPECT_EQ(world.looked["l"], before + 1);
}

TEST(FreshFor, AnAgedLookWaitsForItsHostWithWhatRestsOnIt) {
  RunWorld world(R"(  look: {uses: look, host: old, with: {name: l}, fresh_for: 1h}
  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, host: new, with: {name: a}}
)");
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("go");
  world.clock.advance(std::chrono::minutes(90));
  world.old_is_down = true;
  int turned_to_old = 0;
  world.on_visit = [&] {
    if (++turned_to_old > 1000) world.stop.request_stop();  // or it would never end
  };
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::parked);
  EXPECT_EQ(summary.down_hosts, std::vector<std::string>{"old"});
  EXPECT_TRUE(world.on_new.starts.empty());
}

constexpr const char* kList = R"(  first: {uses: make, with: {name: f}}
  list: {uses: look, needs: [first], with: {name: l}, fresh_for: 10m}
  go: {uses: approve, with: {question: "Go on?"}}
  copy: {uses: make, needs: [list, go], for_each: "${steps.list.list}", with: {name: "copy-${item}"}}
  check: {uses: make, needs: [copy], for_each: "${steps.list.list}", with: {name: "check-${item}"}}
)";

std::function<Result<Finding>()> lists(ValueList users) {
  return [users] { return found(Verdict::ok, {{"list", users}}); };
}

TEST(FreshFor, AListThatHasAgedIsLookedAtAgainBeforeAnythingIsDoneForItsElements) {
  RunWorld world(kList);
  world.looks["l"] = lists({"ada"});
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("go");
  world.clock.advance(std::chrono::hours(8));
  world.looks["l"] = lists({"ada", "bob"});
  world.must_run();
  EXPECT_EQ(world.of("copy", "bob"), ItemState::done);
  EXPECT_EQ(world.of("check", "bob"), ItemState::done);
}

TEST(FreshFor, AListThatAgesOnTheWayIsTheSameForAllStepsThatAreJoinedByIt) {
  RunWorld world(R"(  first: {uses: make, with: {name: f}}
  list: {uses: look, needs: [first], with: {name: l}, fresh_for: 10m}
  copy: {uses: make, needs: [list], for_each: "${steps.list.list}", with: {name: "copy-${item}"}}
  pause: {uses: wait, needs: [copy], with: {for: 12m}}
  check: {uses: make, needs: [copy, pause], for_each: "${steps.list.list}", with: {name: "check-${item}"}}
)");
  world.looks["l"] = lists({"ada"});
  world.on_wait = [&] {
    if (world.of("pause") == ItemState::waiting) world.looks["l"] = lists({"ada", "bob"});
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("copy", "bob"), ItemState::done);
  EXPECT_EQ(world.of("check", "bob"), ItemState::done);
}

TEST(FreshFor, AnIfThatRestsOnWhatHasAgedIsLookedAtOnceThatIsKnownAgain) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}, fresh_for: 10m}
  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, needs: [look, go], if: steps.look.n == 2, with: {name: a}}
)");
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 1}}); };
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("go");
  world.clock.advance(std::chrono::hours(8));
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 2}}); };
  world.must_run();
  EXPECT_NE(world.of("change"), ItemState::skipped);
}

TEST(ForEach, WhatWasBegunForAnElementThatIsGoneIsFollowedToItsEnd) {
  RunWorld world(R"(  list: {uses: look, with: {name: l}, fresh_for: 10m}
  copy: {uses: make, host: new, for_each: "${steps.list.list}", parallel: 2, with: {name: "copy-${item}"}}
  pause: {uses: wait, needs: [], with: {for: 1h}}
  apart: {uses: make, needs: [list, pause], with: {name: z}}
)");
  world.looks["l"] = lists({"ada", "bob"});
  world.on_wait = [&] {
    const auto job = world.on_new.jobs.find("r1.copy.bob.1");
    if (job == world.on_new.jobs.end()) return;
    job->second.looks_left = 1000;
    if (world.of("copy", "ada") == ItemState::done) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  ASSERT_EQ(world.of("copy", "bob"), ItemState::running);
  world.on_wait = {};
  world.stop = {};
  world.on_new.jobs["r1.copy.bob.1"].looks_left = 3;
  world.looks["l"] = lists({"ada"});
  world.clock.advance(std::chrono::hours(2));  // so that `apart` looks at the list once more
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.attempts("list"), 2);
  EXPECT_EQ(world.of("copy", "bob"), ItemState::done);
  EXPECT_FALSE(world.state().item({"copy", "bob"}).open);
}

TEST(Deadline, BoundsARetryToo) {
  RunWorld world(
      "  look: {uses: look, with: {name: l}, retry: {times: 9, delay: 1h, max_delay: 1h}, deadline: 90m}\n");
  world.looks["l"] = [] { return found(Verdict::fail); };
  for (int n = 0; n < 3; ++n) {
    world.must_run();
    world.clock.advance(std::chrono::minutes(61));
  }
  EXPECT_EQ(world.of("look"), ItemState::failed);
  EXPECT_LE(world.attempts("look"), 2);
}

constexpr const char* kTooLate =
    R"(  look: {uses: look, with: {name: l}, until: self.n == 2, every: 1h, deadline: 90m, on_fail: RULE}
  go: {uses: approve, with: {question: "Go on?"}, deadline: 90m, on_fail: warn}
)";

Summary after_the_deadline(RunWorld& world) {
  world.looks["l"] = [] { return found(Verdict::ok); };
  world.must_run();
  world.clock.advance(std::chrono::minutes(91));
  return world.must_run();
}

TEST(Deadline, IsWhatAFailureIsPutDownTo) {
  RunWorld world(std::regex_replace(kTooLate, std::regex("RULE"), "hold"));
  const Summary summary = after_the_deadline(world);
  EXPECT_EQ(summary.exit, ExitCode::failed);
  EXPECT_THAT(summary.reason, testing::StartsWith("look: its deadline has passed"));
}

TEST(Deadline, OfALookThatMayFailWithAWarningIsOneAndAGateIsNeverAnsweredByIt) {
  RunWorld world(std::regex_replace(kTooLate, std::regex("RULE"), "warn"));
  after_the_deadline(world);
  EXPECT_EQ(world.of("look"), ItemState::done);
  EXPECT_EQ(world.state().item({"look", {}}).verdict, Verdict::warn);
  ASSERT_EQ(world.of("go"), ItemState::gate);
  world.clock.advance(std::chrono::minutes(91));
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("go"), ItemState::failed);
}

TEST(Evidence, OfOneAttemptSharesOneBudgetAndKeepsItsNames) {
  RunWorld world("  look: {uses: look, with: {name: l}}\n");
  world.on_look = [](StepContext& context) {
    context.keep_evidence("first.json", std::string(1000, 'a'));
    context.keep_evidence("second.json", "b");
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  ASSERT_EQ(world.budgets.size(), 2u);
  EXPECT_EQ(world.budgets[1], world.budgets[0] - 1000);
  const auto result =
      std::find_if(world.disk->events.begin(), world.disk->events.end(),
                   [](const Event& event) { return event.type == EventType::attempt_result; });
  ASSERT_NE(result, world.disk->events.end());
  EXPECT_THAT(decode<AttemptResult>(result->data).evidence, testing::ElementsAre("kept-1", "kept-2"));
  EXPECT_THAT(decode<AttemptResult>(result->data).evidence_titles,
              testing::ElementsAre("first.json", "second.json"));
}

}  // namespace
}  // namespace mxodus
