#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

TEST(Failure, StopsChangingAndNotLooking) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}}
  look: {uses: look, with: {name: c}}
)");
  world.breaks = {"a"};
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("first"), ItemState::failed);
  EXPECT_FALSE(world.on_new.starts.contains("make b"));
  EXPECT_EQ(world.of("look"), ItemState::done);
}

TEST(Failure, OfOneHoldsOthersThatDoNotDependOnIt) {
  RunWorld world(R"(  first: {uses: make, needs: [], with: {name: a}}
  second: {uses: wait, needs: [], with: {for: 1m}}
  third: {uses: make, needs: [second], with: {name: b}}
)");
  world.breaks = {"a"};
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("second"), ItemState::done);
  EXPECT_EQ(world.of("third"), ItemState::pending);
}

TEST(Failure, WithContinueBlocksOnlyTheDependants) {
  RunWorld world(R"(  first: {uses: make, needs: [], with: {name: a}, on_fail: continue}
  behind: {uses: make, needs: [first], with: {name: b}}
  other: {uses: make, needs: [], with: {name: c}}
)");
  world.breaks = {"a"};
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("behind"), ItemState::blocked);
  EXPECT_EQ(world.of("other"), ItemState::done);
}

TEST(Failure, WithWarnIsAWarning) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}, on_fail: warn}
  second: {uses: make, with: {name: b}}
)");
  world.breaks = {"a"};
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.state().item({"first", {}}).verdict, Verdict::warn);
  EXPECT_EQ(world.of("second"), ItemState::done);
}

TEST(Failure, WithUndoTakesTheStepsOwnEffectBack) {
  RunWorld world(R"(  first:
    uses: make
    with: {name: a}
    on_fail: undo
)");
  // The job ends badly although its effect is there: that is what has to be taken back.
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.script == "make a") world.facts.insert("a");
    if (spec.script == "unmake a") world.facts.erase("a");
    return JobDone{spec.script == "make a" ? 1 : 0};
  };
  world.must_run();
  EXPECT_EQ(world.of("first"), ItemState::undone);
  EXPECT_TRUE(world.facts.empty());
}

TEST(Failure, WithUndoSaysFirstWhatFailed) {
  RunWorld world("  first: {uses: make, with: {name: a}, on_fail: undo}\n");
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.script == "make a") world.facts.insert("a");
    return JobDone{spec.script == "make a" ? 1 : 0};
  };
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::failed);
  EXPECT_THAT(summary.reason, testing::ContainsRegex("first: .*exit status 1.*taken back"));
}

TEST(Failure, WithUndoLeadsToTheStepAndNotToARollbackOfTheRest) {
  RunWorld world(
      "  before: {uses: make, with: {name: b}}\n  first: {uses: make, with: {name: a}, on_fail: undo}\n");
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.script.starts_with("make ")) world.facts.insert(spec.script.substr(5));
    return JobDone{spec.script == "make a" ? 1 : 0};
  };
  const Summary summary = world.must_run();
  EXPECT_EQ(world.of("first"), ItemState::undone);
  EXPECT_EQ(summary.next.command, "mxodus explain first");
}

TEST(Failure, AnUndoThatFailsIsNotRepeatedByItself) {
  RunWorld world("  first: {uses: make, with: {name: a}, on_fail: undo}\n");
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.script == "make a") world.facts.insert("a");
    return JobDone{1};
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
  EXPECT_EQ(world.on_new.starts["unmake a"], 1);
  const Summary again = world.must_run();
  EXPECT_EQ(again.exit, ExitCode::failed);
  EXPECT_EQ(again.next.command, "mxodus rollback r1");
  EXPECT_EQ(world.on_new.starts["unmake a"], 1);
  world.decide(EventType::accept, {"first", {}});
  const Summary accepted = world.must_run();
  EXPECT_EQ(accepted.exit, ExitCode::done);
  EXPECT_EQ(accepted.next.command, "mxodus report r1");
}

TEST(Failure, WhoseUndoAHostRefusesStaysAFailureAndIsUndoneByTheNextProcess) {
  RunWorld world("  first: {uses: make, with: {name: a}, on_fail: undo}\n");
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.script == "unmake a") return world.facts.erase("a"), JobDone{0};
    world.facts.insert("a");
    world.on_new.refuses = Error{ErrorKind::refused,
                                 "lease.stale",
                                 "host new was taken over",
                                 {},
                                 {},
                                 "take it back with --take-over 17"};
    return JobDone{1};
  };
  const Summary refused = world.must_run();
  EXPECT_EQ(refused.exit, ExitCode::failed);
  EXPECT_THAT(refused.reason, testing::HasSubstr("the undo of first has not begun: host new was taken over"));
  EXPECT_EQ(refused.next.instead, "mxodus resume r1 --take-over 17 --why …");
  EXPECT_EQ(world.of("first"), ItemState::failed);
  EXPECT_EQ(world.attempts("first"), 2) << "it is not tried over and over";
  world.on_new.refuses.reset();
  world.must_run();
  EXPECT_EQ(world.of("first"), ItemState::undone);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
}

TEST(Undo, OfTheStepTakesThePlaceOfWhatItsTypeKnows) {
  RunWorld world(R"(  first:
    uses: make
    with: {name: a}
    undo: {uses: make, with: {name: "back-${self.n}"}}
    on_fail: undo
)");
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    world.facts.insert(spec.script.substr(5));
    return JobDone{spec.script == "make a" ? 1 : 0};
  };
  world.must_run();
  EXPECT_EQ(world.of("first"), ItemState::failed);
  EXPECT_THAT(world.state().item({"first", {}}).sentence, testing::HasSubstr("self.n"))
      << "a failed job has given no outputs";

  RunWorld done(R"(  first: {uses: make, with: {name: a}, undo: {uses: make, with: {name: "back-${self.n}"}}}
)");
  ASSERT_EQ(done.must_run().exit, ExitCode::done);
  const auto summary = done.roll_back();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->exit, ExitCode::done);
  EXPECT_EQ(done.of("first"), ItemState::undone);
  EXPECT_EQ(done.on_new.starts["make back-1"], 1);
  EXPECT_EQ(done.on_new.starts.count("unmake a"), 0u);
}

TEST(Undo, ThatHasNothingLeftToDoIsDone) {
  RunWorld world("  first: {uses: make, with: {name: a}, undo: {uses: make, with: {name: back}}}\n");
  ASSERT_EQ(world.must_run().exit, ExitCode::done);
  world.facts.insert("back");
  ASSERT_EQ(world.roll_back()->exit, ExitCode::done);
  EXPECT_EQ(world.of("first"), ItemState::undone);
  EXPECT_EQ(world.on_new.starts.count("make back"), 0u);
}

TEST(Failure, RunsCleanUpStepsOnceAndTheirFailureDoesNotHideTheFirst) {
  RunWorld world(R"(  first: {uses: make, needs: [], with: {name: a}, on_fail: [tidy]}
  tidy: {uses: make, needs: [], with: {name: t}}
)");
  world.breaks = {"a", "t"};
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::failed);
  EXPECT_NE(summary.reason.find("first"), std::string::npos);
  world.must_run();
  EXPECT_EQ(world.on_new.starts["make t"], 1);
}

TEST(Failure, RunsCleanUpStepsOfAHostUnasked) {
  RunWorld world(R"(  first: {uses: call, with: {name: a}, on_fail: [clean]}
  clean: {uses: make, host: new, with: {name: c}}
)");
  world.breaks = {"a"};
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("clean"), ItemState::done);
  EXPECT_TRUE(world.state().drifts.empty());
}

TEST(Failure, OfACleanUpStepThatComesFirstInTheAlphabetHidesNothing) {
  RunWorld world(R"(  zone: {uses: make, needs: [], with: {name: z}, on_fail: [abort]}
  abort: {uses: make, needs: [], with: {name: t}}
)");
  world.breaks = {"z", "t"};
  EXPECT_THAT(world.must_run().reason, testing::StartsWith("zone: "));
}

TEST(Failure, ACleanUpStepDoesNotRunWhereNothingFailed) {
  RunWorld world(R"(  first: {uses: make, needs: [], with: {name: a}, on_fail: [tidy]}
  tidy: {uses: make, needs: [], with: {name: t}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts.count("make t"), 0u);
}

constexpr const char* kThaw = R"(  main: {uses: make, needs: [], with: {name: a}, on_fail: [thaw]}
  thaw: {uses: make, needs: [], with: {name: t}}
)";

TEST(CleanUp, ThatWasCutOffIsFollowedToItsEndThoughNobodyCallsForItAnyMore) {
  RunWorld world(kThaw);
  world.breaks = {"a"};
  world.on_wait = [&] {
    const auto job = world.on_new.jobs.find("r1.thaw.1");
    if (job == world.on_new.jobs.end()) return;
    job->second.looks_left = 1000;
    world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  ASSERT_EQ(world.of("thaw"), ItemState::running);
  world.on_wait = {};
  world.stop = {};
  world.on_new.jobs["r1.thaw.1"].looks_left = 3;
  world.breaks.clear();
  world.decide(EventType::retry, {"main", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(world.facts.contains("t"));
  EXPECT_FALSE(world.state().item({"thaw", {}}).open);
}

TEST(CleanUp, ThatIsToRunAgainAndIsNotCalledForStandsInNobodysWay) {
  RunWorld world(kThaw);
  world.breaks = {"a", "t"};
  ASSERT_EQ(world.must_run().exit, ExitCode::failed);
  world.breaks = {"t"};
  world.decide(EventType::retry, {"main", {}});
  ASSERT_EQ(world.must_run().exit, ExitCode::failed) << "of what thaw came to";
  world.decide(EventType::retry, {"thaw", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make t"], 1);
}

TEST(CleanUp, RunsAgainWhereTheStepIsRetriedAndFailsAgain) {
  RunWorld world(R"(  main: {uses: make, needs: [], with: {name: a}, on_fail: [thaw]}
  thaw: {uses: command, host: new, needs: [], with: {effect: change, argv: [thaw, mail]}}
)");
  world.breaks = {"a"};
  ASSERT_EQ(world.must_run().exit, ExitCode::failed);
  ASSERT_EQ(world.attempts("thaw"), 1);
  world.must_run();
  ASSERT_EQ(world.attempts("thaw"), 1) << "once";
  world.decide(EventType::retry, {"main", {}});
  ASSERT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.attempts("thaw"), 2);
  EXPECT_EQ(world.of("thaw"), ItemState::done);
  world.breaks.clear();
  world.decide(EventType::retry, {"main", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.attempts("thaw"), 2);
}

TEST(Failure, AFinalUnknownHoldsAndExitsWithSix) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}}
  change: {uses: make, needs: [], with: {name: a}}
  later: {uses: make, needs: [change], with: {name: b}}
)");
  world.looks["l"] = [] { return fail(ErrorKind::no_answer, "look.silent", "no answer"); };
  EXPECT_EQ(world.must_run().exit, ExitCode::in_doubt);
  EXPECT_EQ(world.of("later"), ItemState::pending);
}

TEST(Failure, OnUnknownWarnGoesOn) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}, on_unknown: warn}
  change: {uses: make, with: {name: a}}
)");
  world.looks["l"] = [] { return fail(ErrorKind::no_answer, "look.silent", "no answer"); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("change"), ItemState::done);
}

TEST(Failure, SomethingElseThatCannotBeReachedIsTriedAgainAndSaid) {
  RunWorld world("  look: {uses: look, with: {name: l}}\n");
  world.looks["l"] = []() -> Result<Finding> {
    return fail(ErrorKind::unreachable, "http.connect", "no connection to the API of acme.test");
  };
  world.options.stay = Duration{std::chrono::seconds(3)};
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("look"), ItemState::waiting);
  EXPECT_NE(world.state().item({"look", {}}).reason.find("the API of acme.test"), std::string::npos);
  EXPECT_LE(world.looked["l"], 2) << "once for the plan, once for the run";
  world.looks.clear();
  world.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Failure, AnUnreachableHostIsNone) {
  RunWorld world(R"(  there: {uses: make, host: old, needs: [], with: {name: a}}
  behind: {uses: make, needs: [there], with: {name: b}}
  other: {uses: make, needs: [], with: {name: c}}
)");
  world.old_is_down = true;
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::parked);
  EXPECT_EQ(summary.down_hosts, std::vector<std::string>{"old"});
  EXPECT_EQ(world.state().resumes, 0) << "a first run that finds a host down is still the first";
  EXPECT_EQ(world.of("there"), ItemState::pending);
  EXPECT_EQ(world.of("behind"), ItemState::pending);
  EXPECT_EQ(world.of("other"), ItemState::done);
}

TEST(Failure, AnUnreachableHostKeepsTheProcessNoLongerThanStay) {
  RunWorld world("  there: {uses: make, host: old, needs: [], with: {name: a}}\n");
  world.old_is_down = true;
  world.options.stay = Duration{std::chrono::seconds(5)};
  const Time begun = world.clock.now();
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_LE(world.clock.now().since_epoch - begun.since_epoch, std::chrono::seconds(10));
}

TEST(Failure, AHostThatComesBackIsReportedAndChangesWaitForAWord) {
  RunWorld world(R"(  there: {uses: make, host: old, needs: [], with: {name: a}}
)");
  world.old_is_down = true;
  world.must_run();
  world.old_is_down = false;
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("host.old"), ItemState::gate);
  EXPECT_EQ(world.of("there"), ItemState::pending);
  world.approve("host.old");
  world.must_run();
  EXPECT_EQ(world.state().lost_hosts.size(), 0u);
  EXPECT_NE(world.of("there"), ItemState::pending);
}

constexpr const char* kHostBack = R"(  there: {uses: make, host: old, needs: [], with: {name: a}}
  other: {uses: make, host: new, needs: [there], with: {name: b}}
)";

/// Until the host that was down has come back and its gate stands.
void bring_host_back(RunWorld& world) {
  world.old_is_down = true;
  world.must_run();
  world.old_is_down = false;
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("host.old"), ItemState::gate);
}

TEST(HostBack, IsLookedForBeforeAnythingChangesHoweverLongTheLookTakes) {
  RunWorld world(R"(  there: {uses: make, host: old, needs: [], with: {name: a}}
  pause: {uses: wait, needs: [], with: {for: 2h}}
  other: {uses: make, host: new, needs: [pause], with: {name: b}}
)");
  world.old_is_down = true;
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.old_is_down = false;
  world.clock.advance(std::chrono::hours(3));
  world.newest_first = true;  // every other look ends before that of the host
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("host.old"), ItemState::gate);
  EXPECT_EQ(world.of("pause"), ItemState::done);
  EXPECT_TRUE(world.on_new.starts.empty());
  world.approve("host.old");
  world.must_run();
  EXPECT_EQ(world.of("other"), ItemState::done);
}

TEST(HostBack, HoldsAChangeThatAnotherProcessMeantAndThatNeverReachedItsHost) {
  bool meant = false;
  for (int k = 1; k < 100; ++k) {
    RunWorld world(R"(  there: {uses: look, host: old, needs: [], with: {name: there}}
  other: {uses: make, host: new, needs: [], with: {name: b}}
  here: {uses: call, needs: [], with: {name: c}}
)");
    world.old_is_down = true;
    if (!world.run_killed_at(k, MemoryJournal::Fault::dies_after)) break;
    const RunState killed = world.state();
    if (killed.lost_hosts.empty() || !world.on_new.jobs.empty() || world.called["c"] > 0) continue;
    meant |= killed.item({"other", {}}).open || killed.item({"here", {}}).open;
    world.old_is_down = false;
    EXPECT_EQ(world.must_run().exit, ExitCode::parked) << k;
    EXPECT_EQ(world.of("host.old"), ItemState::gate) << k;
    EXPECT_TRUE(world.on_new.starts.empty()) << k;
    EXPECT_EQ(world.called["c"], 0) << k;
    world.approve("host.old");
    world.must_run();
    EXPECT_EQ(world.on_new.starts["make b"], 1) << k;
    EXPECT_EQ(world.called["c"], 1) << k;
  }
  EXPECT_TRUE(meant);
}

TEST(HostBack, ThatIsRejectedOrCancelledHoldsWhatChanges) {
  for (const EventType no : {EventType::reject, EventType::cancel}) {
    RunWorld world(kHostBack);
    bring_host_back(world);
    world.decide(no, {"host.old", {}});
    const Summary summary = world.must_run();
    EXPECT_EQ(summary.exit, ExitCode::failed);
    EXPECT_THAT(summary.reason, testing::StartsWith("host.old: "));
    EXPECT_EQ(world.must_run().exit, ExitCode::failed) << "nor does another process begin anything";
    EXPECT_EQ(world.of("there"), ItemState::pending);
  }
}

TEST(HostBack, ThatWasRejectedAndIsAcceptedLetsChangesGoOn) {
  RunWorld world(kHostBack);
  bring_host_back(world);
  world.decide(EventType::reject, {"host.old", {}});
  world.must_run();
  world.decide(EventType::accept, {"host.old", {}});
  world.must_run();
  EXPECT_EQ(world.of("host.old"), ItemState::accepted);
  EXPECT_NE(world.of("there"), ItemState::pending);
}

TEST(HostBack, IsAskedAboutAgainAfterARetry) {
  RunWorld world(kHostBack);
  bring_host_back(world);
  world.decide(EventType::reject, {"host.old", {}});
  world.must_run();
  world.decide(EventType::retry, {"host.old", {}});
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::parked);
  EXPECT_EQ(summary.next.command, "mxodus approve host.old");
  EXPECT_EQ(world.of("there"), ItemState::pending);
  world.approve("host.old");
  world.must_run();
  EXPECT_NE(world.of("there"), ItemState::pending);
}

TEST(States, AStepWhoseOwnIfIsFalseSatisfiesItsEdges) {
  RunWorld world(R"(  maybe: {uses: make, with: {name: a}, if: "false"}
  next: {uses: make, needs: [maybe], with: {name: b}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("maybe"), ItemState::skipped);
  EXPECT_EQ(world.of("next"), ItemState::done);
}

TEST(States, AReferenceToASkippedStepSkipsTheReferrerWithTheReason) {
  RunWorld world(R"(  maybe: {uses: look, with: {name: a}, if: "false"}
  next: {uses: make, with: {name: b, at: "${steps.maybe.n}"}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("next"), ItemState::skipped);
  EXPECT_NE(world.state().item({"next", {}}).reason.find("maybe"), std::string::npos);
}

TEST(States, SoDoesAReferenceInWhatIsReadOnlyAfterTheStepHasActed) {
  for (const char* reads :
       {"until: self.n >= steps.maybe.n", "breach: {when: self.n < steps.maybe.n, do: hold}",
        "undo: {uses: make, with: {name: \"back-${steps.maybe.n}\"}}"}) {
    RunWorld world(
        "  maybe: {uses: look, with: {name: a}, if: \"false\"}\n"
        "  next: {uses: make, needs: [], with: {name: b}, " +
        std::string(reads) + "}\n");
    EXPECT_EQ(world.must_run().exit, ExitCode::done) << reads;
    EXPECT_EQ(world.of("next"), ItemState::skipped) << reads;
    EXPECT_TRUE(world.on_new.starts.empty()) << reads;
  }
}

TEST(States, WhatOnlyStandsBelowASkippedReferrerRunsAndWhatNeedsItIsSkipped) {
  RunWorld world(R"(  maybe: {uses: look, with: {name: a}, if: "false"}
  reader: {uses: look, with: {name: "${steps.maybe.n}"}}
  below: {uses: make, with: {name: b}}
  needing: {uses: make, needs: [reader], with: {name: c}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("reader"), ItemState::skipped);
  EXPECT_EQ(world.of("below"), ItemState::done);
  EXPECT_EQ(world.of("needing"), ItemState::skipped);
}

TEST(States, IfIsEvaluatedOnceAllEdgesHaveEnded) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}}
  change: {uses: make, with: {name: a}, if: "steps.look.n == 2"}
)");
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 2}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("change"), ItemState::done);
}

}  // namespace
}  // namespace mxodus
