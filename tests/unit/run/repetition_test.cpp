#include <gtest/gtest.h>

#include "orchestrator/run/outcome.h"
#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

TEST(Retry, RepeatsWhatFailedAsOftenAsSaid) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}, retry: {times: 2, delay: 10s}}
)");
  int left = 2;
  world.looks["l"] = [&] { return found(left-- > 0 ? Verdict::fail : Verdict::ok); };
  left = 3;  // the planner looks once
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.attempts("look"), 3);
}

TEST(Retry, EndsWhenItIsUsedUpAndTheCountSurvivesResume) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}, retry: {times: 2, delay: 2h}}
)");
  world.looks["l"] = [] { return found(Verdict::fail); };
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.attempts("look"), 1);
  for (int n = 0; n < 3; ++n) {
    world.clock.advance(std::chrono::hours(3));
    world.must_run();
  }
  EXPECT_EQ(world.of("look"), ItemState::failed);
  EXPECT_EQ(world.attempts("look"), 3);
}

TEST(Retry, PausesDoubleUpToTheirLimit) {
  StepRules rules;
  rules.retry = {5, Duration{std::chrono::seconds(10)}, Duration{std::chrono::seconds(25)}};
  EXPECT_EQ(retry_pause(rules, 1).value, std::chrono::seconds(10));
  EXPECT_EQ(retry_pause(rules, 2).value, std::chrono::seconds(20));
  EXPECT_EQ(retry_pause(rules, 3).value, std::chrono::seconds(25));
}

TEST(Retry, DoesNotRepeatAChangeOfWhichNobodyKnowsHowItEnded) {
  StepRules rules;
  rules.retry.times = 3;
  const ItemEnding ending = ending_of(rules, Verdict::unknown, 0, true, true);
  EXPECT_EQ(ending.state, ItemState::failed);
  EXPECT_FALSE(ending.again_in);
}

TEST(Until, FalseWaitsAndIsNotCountedAsARetry) {
  RunWorld world(R"(  listed: {uses: look, with: {name: l}, until: "self.n == 0", every: 5m}
  change: {uses: make, needs: [listed], with: {name: a}}
)");
  int listed = 3;
  world.looks["l"] = [&] { return found(Verdict::ok, {{"n", listed--}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("change"), ItemState::done);
  EXPECT_EQ(world.state().item({"listed", {}}).failures, 0);
}

TEST(Until, ALookThatFindsTheContraryWaitsInsteadOfFailing) {
  RunWorld world(R"(  listed: {uses: look, with: {name: l}, until: "self.n == 0", every: 5m}
  change: {uses: make, needs: [listed], with: {name: a}}
)");
  std::vector<Finding> answers = {found(Verdict::ok, {{"n", 0}}),
                                  Finding{Verdict::unknown, "no answer", {}, {}},
                                  found(Verdict::fail, {{"n", 2}})};
  world.looks["l"] = [&] {
    Finding next = answers.back();
    answers.pop_back();
    return next;
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(world.of("change"), ItemState::done);
}

TEST(Until, IsParkedWhereTheNextLookIsFurtherThanTheProcessStays) {
  RunWorld world(R"(  listed: {uses: look, with: {name: l}, until: "self.n == 0", every: 6h}
)");
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 1}}); };
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::parked);
  ASSERT_TRUE(summary.next_look);
  EXPECT_GT(summary.next_look->since_epoch, world.clock.now().since_epoch);
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 0}}); };
  world.clock.advance(std::chrono::hours(7));
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Until, DoesNotWaitForWhatWasAskedWrongly) {
  RunWorld world(R"(  listed: {uses: look, with: {name: l}, until: "self.n == 0", every: 5m}
)");
  world.looks["l"] = [] { return fail(ErrorKind::invalid, "look.no-such-list", "there is no such list"); };
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.attempts("listed"), 1);
}

TEST(Until, WaitsWhileNobodyAnswers) {
  RunWorld world(R"(  listed: {uses: look, with: {name: l}, until: "self.n == 0", every: 6h}
)");
  world.looks["l"] = [] { return fail(ErrorKind::no_answer, "look.silent", "no answer"); };
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("listed"), ItemState::waiting);
}

TEST(Every, IsTheTimeBetweenTwoLooks) {
  RunWorld world(R"(  listed: {uses: look, with: {name: l}, until: "self.n == 0", every: 7m}
)");
  std::vector<Time> looks;
  world.on_look = [&](StepContext& context) { looks.push_back(context.clock().now()); };
  int listed = 3;
  world.looks["l"] = [&] { return found(Verdict::ok, {{"n", --listed}}); };
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  ASSERT_EQ(looks.size(), 3u) << "the planner's and two of the run";
  EXPECT_GE(looks[2].since_epoch - looks[1].since_epoch, std::chrono::minutes(7));
  EXPECT_LT(looks[2].since_epoch - looks[1].since_epoch, std::chrono::minutes(8));
}

TEST(Breach, EndsAWaitAtOnceAndShowsItsCondition) {
  RunWorld world(R"(  queue:
    uses: look
    with: {name: q}
    until: self.n == 0
    every: 5m
    retry: {times: 3}
    breach: {when: self.n > 200, do: hold}
  change: {uses: make, needs: [], with: {name: a}, if: "true"}
  behind: {uses: make, needs: [queue], with: {name: b}}
)");
  int n = 100;
  world.looks["q"] = [&] { return found(Verdict::ok, {{"n", n += 50}}); };
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::failed);
  EXPECT_NE(summary.reason.find("breach: self.n > 200"), std::string::npos) << summary.reason;
  EXPECT_EQ(n, 250) << "the planner saw 150, the run 200 and 250; no retry";
  EXPECT_EQ(world.of("behind"), ItemState::blocked);
}

TEST(Breach, ThatWarnsLetsTheWaitGoOn) {
  RunWorld world(R"(  queue:
    uses: look
    with: {name: q}
    until: self.n == 0
    every: 5m
    breach: [{when: self.n > 200, do: hold}, {when: self.n > 100, do: warn}]
)");
  std::vector<int> seen = {0, 150, 50};
  world.looks["q"] = [&] {
    const int n = seen.back();
    seen.pop_back();
    return found(Verdict::ok, {{"n", n}});
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(seen.empty());
  const auto warned =
      std::count_if(world.disk->events.begin(), world.disk->events.end(), [](const Event& event) {
        return event.type == EventType::attempt_result &&
               decode<AttemptResult>(event.data).verdict == Verdict::warn;
      });
  EXPECT_EQ(warned, 1);
}

TEST(Breach, LeadsToWhatItSaysAndNotToWhatOnFailSays) {
  RunWorld world(
      R"(  watch: {uses: look, with: {name: q}, breach: {when: self.n > 2, do: [stop_mail]}, on_fail: continue}
  stop_mail: {uses: make, needs: [], with: {name: s}}
  change: {uses: make, needs: [pause], with: {name: a}}
  pause: {uses: wait, needs: [], with: {for: 1m}}
)");
  world.looks["q"] = [] { return found(Verdict::ok, {{"n", 3}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.on_new.starts["make s"], 1);
  EXPECT_EQ(world.of("change"), ItemState::pending);
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.on_new.starts["make s"], 1) << "once, also after a resume";
}

TEST(Wait, EndsAtTheMomentFixedWhenItBegan) {
  RunWorld world(R"(  pause: {uses: wait, with: {for: 3h}}
)");
  const Summary first = world.must_run();
  EXPECT_EQ(first.exit, ExitCode::parked);
  world.clock.advance(std::chrono::hours(1));
  const Summary second = world.must_run();
  EXPECT_EQ(second.next_look, first.next_look);
  world.clock.advance(std::chrono::hours(3));
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Timeout, LeavesTheJobRunningAndParks) {
  RunWorld world(R"(  restore: {uses: make, with: {name: a}, timeout: 1m}
)");
  world.on_new.looks = 1'000'000;
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::parked);
  ASSERT_EQ(summary.going_on.size(), 1u);
  EXPECT_EQ(summary.going_on[0].host, "new");
  world.on_new.jobs.begin()->second.looks_left = 0;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
}

TEST(Timeout, WithCancelEndsTheJob) {
  RunWorld world(R"(  restore: {uses: make, with: {name: a}, timeout: 1m, on_timeout: cancel}
)");
  world.on_new.looks = 1'000'000;
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_TRUE(std::holds_alternative<JobDone>(world.on_new.jobs.begin()->second.state));
}

TEST(Timeout, WithCancelIsKnownToTheHostToo) {
  RunWorld world("  restore: {uses: make, with: {name: a}, timeout: 1m, on_timeout: cancel}\n");
  world.breaks = {"a"};
  world.must_run();
  const auto& limit = world.on_new.jobs.begin()->second.spec.kill_after;
  ASSERT_TRUE(limit);
  EXPECT_GE(limit->value, std::chrono::minutes(1));
  EXPECT_LE(limit->value, std::chrono::minutes(2));
}

TEST(Timeout, WithCancelDoesNotEndAJobThatIsOldByAClockThatWasSetForward) {
  RunWorld world("  restore: {uses: make, with: {name: a}, timeout: 1m, on_timeout: cancel}\n");
  world.on_new.looks = 200;
  world.on_new.elapsed = Duration{std::chrono::seconds(5)};
  const Time begun = world.clock.now();
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_GT(world.clock.now().since_epoch - begun.since_epoch, std::chrono::minutes(1));
}

TEST(Timeout, WithCancelWaitsForAHostThatIsAway) {
  RunWorld world("  restore: {uses: make, with: {name: a}, timeout: 1m, on_timeout: cancel}\n");
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] { world.on_new.silent = !world.on_new.jobs.empty(); };
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.on_new.cancels, 0);
  world.on_wait = {};
  world.on_new.silent = false;
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.on_new.cancels, 1);
}

TEST(Timeout, WithCancelSaysOnceThatAJobCannotBeEnded) {
  RunWorld world("  restore: {uses: make, with: {name: a}, timeout: 1m, on_timeout: cancel}\n");
  world.on_new.looks = 1'000'000;
  world.on_new.stubborn = true;
  const Time begun = world.clock.now();
  world.on_wait = [&] {
    world.on_new.stubborn = world.clock.now().since_epoch - begun.since_epoch < std::chrono::minutes(11);
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_GT(world.on_new.cancels, 10);
  EXPECT_LT(world.on_new.cancels, 30);
  const auto types = world.types();
  EXPECT_EQ(std::count(types.begin(), types.end(), EventType::step_state), 1);
}

TEST(Timeout, OfAnObservationEndsTheLook) {
  RunWorld world("  look: {uses: look, with: {name: l}, timeout: 90s}\n");
  std::vector<std::chrono::milliseconds> left;
  world.on_look = [&](StepContext& context) { left.push_back(context.deadline().left()); };
  world.must_run();
  ASSERT_FALSE(left.empty());
  EXPECT_LE(left.back(), std::chrono::seconds(90));
  EXPECT_GT(left.back(), std::chrono::seconds(80));
}

TEST(Deadline, BoundsParkingToo) {
  RunWorld world(R"(  listed: {uses: look, with: {name: l}, until: "self.n == 0", every: 1h, deadline: 5h}
)");
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 1}}); };
  world.must_run();
  world.clock.advance(std::chrono::hours(6));
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
}

TEST(Deadline, BoundsWhatIsUnderWay) {
  RunWorld world("  restore: {uses: make, with: {name: a}, deadline: 1m}\n");
  world.on_new.looks = 1'000'000;
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_NE(world.state().item({"restore", {}}).reason.find("its deadline"), std::string::npos);
  world.on_new.jobs.begin()->second.looks_left = 0;
  world.on_new.elapsed = Duration{std::chrono::minutes(2)};
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_NE(world.state().item({"restore", {}}).sentence.find("its deadline passed"), std::string::npos);
}

TEST(Deadline, WithCancelEndsWhatIsUnderWay) {
  RunWorld world("  restore: {uses: make, with: {name: a}, deadline: 1m, on_timeout: cancel}\n");
  world.on_new.looks = 1'000'000;
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.on_new.cancels, 1);
}

TEST(Deadline, IsKeptByAJobThatEndedBeforeItWhileNobodyLooked) {
  RunWorld world("  restore: {uses: make, with: {name: a}, deadline: 1h}\n");
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] {
    if (!world.on_new.jobs.empty()) world.stop.request_stop();
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::interrupted);
  world.stop = std::stop_source();
  world.on_wait = {};
  world.clock.advance(std::chrono::hours(2));
  world.on_new.jobs.begin()->second.looks_left = 0;
  world.on_new.elapsed = Duration{std::chrono::minutes(30)};
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Deadline, IsKeptByAJobWhoseHostHasSetItsClockForward) {
  RunWorld world("  restore: {uses: make, with: {name: a}, deadline: 1h}\n");
  world.on_new.looks = 1;
  world.on_new.elapsed = Duration{std::chrono::hours(3)};
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(ForEach, ItemsHaveTheirOwnAttemptsAndOutputsByKey) {
  RunWorld world(R"(  each: {uses: look, with: {name: "${item}"}, for_each: [ada, bob]}
  sum: {uses: make, with: {name: s}, if: "steps.each.ada.n + steps.each.bob.n == 3"}
)");
  world.looks["ada"] = [] { return found(Verdict::ok, {{"n", 1}}); };
  world.looks["bob"] = [] { return found(Verdict::ok, {{"n", 2}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("sum"), ItemState::done);
}

TEST(If, OfAStepWithItemsIsNotLookedAtAgainOnceAnItemHasBegun) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}, fresh_for: 1h}
  each: {uses: make, if: steps.look.n == 1, with: {name: "${item}"}, for_each: [a, b], on_fail: continue}
)");
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 1}}); };
  world.breaks = {"a"};
  world.on_wait = [&] {
    if (world.of("each", "a") == ItemState::failed) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  world.on_wait = {};
  world.stop = {};
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 2}}); };
  world.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("each", "a"), ItemState::failed);
  EXPECT_EQ(world.of("each", "b"), ItemState::done);
}

TEST(If, OfAGateThatWasRejectedIsNotLookedAtAgain) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}, fresh_for: 1h}
  go: {uses: approve, if: steps.look.n == 1, with: {question: "Go on?"}, on_fail: continue}
  change: {uses: make, needs: [go], with: {name: a}}
  pause: {uses: wait, needs: [], with: {for: 2h}}
  other: {uses: make, needs: [look, pause], with: {name: b}}
)");
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 1}}); };
  world.must_run();
  world.decide(EventType::reject, {"go", {}});
  world.must_run();
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 2}}); };
  world.clock.advance(std::chrono::hours(3));
  world.must_run();
  ASSERT_EQ(world.of("other"), ItemState::done);
  world.must_run();
  EXPECT_EQ(world.of("go"), ItemState::failed);
  EXPECT_EQ(world.of("change"), ItemState::blocked);
}

TEST(ForEach, ADependantWithTheSameListIsJoinedKeyByKey) {
  RunWorld world(
      R"(  first: {uses: make, needs: [], with: {name: "a-${item}"}, for_each: [ada, bob], on_fail: continue}
  second: {uses: make, needs: [first], with: {name: "b-${item}"}, for_each: [ada, bob]}
)");
  world.breaks = {"a-ada"};
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("second", "ada"), ItemState::blocked);
  EXPECT_EQ(world.of("second", "bob"), ItemState::done);
}

TEST(ForEach, ADependantWithTheSameListWaitsForAllItemsWhereEachHasSeveralVantages) {
  RunWorld world(R"(  seen: {uses: look, from: [new, old], with: {name: "l-${item}"}, for_each: [ada, bob]}
  made: {uses: make, needs: [seen], with: {name: "a-${item}"}, for_each: [ada, bob]}
  seen_again: {uses: look, needs: [made], from: [new, old], with: {name: "m-${item}"}, for_each: [ada, bob]}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("made", "bob"), ItemState::done);
  EXPECT_EQ(world.of("seen_again", "bob@old"), ItemState::done);
}

TEST(ForEach, ParallelSaysHowManyRunAtOnce) {
  RunWorld world(
      R"(  each: {uses: make, host: new, with: {name: "${item}"}, for_each: [a, b, c, d], parallel: 3}
)");
  world.on_new.looks = 3;
  std::size_t most = 0;
  world.on_wait = [&] {
    std::size_t running = 0;
    for (const auto& [id, job] : world.on_new.jobs) running += std::holds_alternative<JobRunning>(job.state);
    most = std::max(most, running);
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(most, 3u);
}

TEST(ForEach, OfAHeavyStepRunsOneAtATimeOnEachHostOfItsJobs) {
  RunWorld world(R"(  each: {uses: make_both, with: {name: "${item}"}, for_each: [a, b, c], parallel: 3}
)");
  world.on_new.looks = world.on_old.looks = 3;
  std::size_t most = 0;
  world.on_wait = [&] {
    std::size_t running = 0;
    for (const auto& [id, job] : world.on_old.jobs) running += std::holds_alternative<JobRunning>(job.state);
    most = std::max(most, running);
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(most, 1u);
  EXPECT_EQ(world.facts, (std::set<std::string>{"a", "b", "c"}));
}

TEST(ForEach, StopAfterAllowsAShareOfTheItemsToFail) {
  RunWorld world(R"(  each: {uses: make, with: {name: "${item}"}, for_each: [a, b, c, d], stop_after: 25%}
)");
  world.breaks = {"a"};
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("each", "d"), ItemState::done);

  RunWorld worse(R"(  each: {uses: make, with: {name: "${item}"}, for_each: [a, b, c, d], stop_after: 25%}
)");
  worse.breaks = {"a", "b"};
  worse.must_run();
  EXPECT_EQ(worse.of("each", "c"), ItemState::pending);
}

TEST(ForEach, MoreFailuresThanStopAfterAllowsHoldChangesInTheNextProcessToo) {
  RunWorld world(R"(  other: {uses: make, needs: [pause], with: {name: o}}
  pause: {uses: wait, needs: [], with: {for: 2h}}
  each: {uses: make, needs: [], with: {name: "${item}"}, for_each: [a, b, c, d], stop_after: 25%}
)");
  world.breaks = {"a", "b"};
  world.must_run();
  world.clock.advance(std::chrono::hours(3));
  world.must_run();
  ASSERT_EQ(world.of("pause"), ItemState::done);
  world.must_run();
  EXPECT_EQ(world.of("other"), ItemState::pending);
}

TEST(ForEach, ChangesRunOneAtATimeUnlessParallelSaysMore) {
  RunWorld world(R"(  each: {uses: make, with: {name: "${item}"}, for_each: [a, b, c]}
)");
  std::size_t most = 0;
  world.on_wait = [&] {
    std::size_t running = 0;
    for (const auto& [id, job] : world.on_new.jobs) running += std::holds_alternative<JobRunning>(job.state);
    most = std::max(most, running);
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(most, 1u);
}

}  // namespace
}  // namespace mxodus
