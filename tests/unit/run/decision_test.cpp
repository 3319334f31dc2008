#include <gtest/gtest.h>

#include "orchestrator/run/decisions.h"
#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

constexpr const char* kGate = R"(  look: {uses: look, with: {name: l}}
  go: {uses: approve, with: {question: "There are ${steps.look.n}. Go on?"}}
  change: {uses: make, with: {name: a}}
)";

TEST(Gate, ParksTheRunAndIsAnsweredFromAnotherTerminal) {
  RunWorld world(kGate);
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 3}}); };
  const Summary parked = world.must_run();
  EXPECT_EQ(parked.exit, ExitCode::parked);
  EXPECT_NE(parked.reason.find("There are 3"), std::string::npos);
  EXPECT_EQ(parked.next.command, "mxodus approve go");
  EXPECT_EQ(parked.next.then, "mxodus resume r1");
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("change"), ItemState::done);
}

TEST(Gate, RejectedHoldsEverythingBehindIt) {
  RunWorld world(kGate);
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 3}}); };
  world.must_run();
  world.decide(EventType::reject, {"go", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("change"), ItemState::blocked);
}

TEST(Gate, IsAskedAgainWhereWhatWasApprovedIsNoLongerSo) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}, fresh_for: 1h}
  go: {uses: approve, with: {question: "There are ${steps.look.n}. Go on?"}}
  pause: {uses: wait, with: {for: 2h}}
  change: {uses: make, with: {name: a}}
)");
  int n = 3;
  world.looks["l"] = [&] { return found(Verdict::ok, {{"n", n}}); };
  world.must_run();
  world.approve("go");
  world.must_run();
  n = 4;
  world.clock.advance(std::chrono::hours(3));
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("go"), ItemState::gate);
  EXPECT_EQ(world.state().drifts.size(), 1u);
  EXPECT_TRUE(world.on_new.starts.empty());
}

/// What becomes of an approval if the look that its gate only needs is `later` by the time of the change.
ItemState gate_after(const Finding& later) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}, fresh_for: 1h, on_fail: warn}
  go: {uses: approve, needs: [look], with: {question: "Go on?"}}
  pause: {uses: wait, with: {for: 2h}}
  change: {uses: make, with: {name: a}}
)");
  Finding seen = found(Verdict::ok, {{"n", 3}});
  world.looks["l"] = [&] { return seen; };
  world.must_run();
  world.approve("go");
  world.must_run();
  seen = later;
  world.clock.advance(std::chrono::hours(3));
  world.must_run();
  EXPECT_GE(world.attempts("look"), 2);
  return world.of("go");
}

TEST(Gate, IsAskedAgainWhereALookThatItOnlyNeedsComesToAnotherVerdict) {
  EXPECT_EQ(gate_after(found(Verdict::warn, {{"n", 3}})), ItemState::gate);
  EXPECT_EQ(gate_after(found(Verdict::fail, {{"n", 3}})), ItemState::gate);
  EXPECT_EQ(gate_after(found(Verdict::ok, {{"n", 4}})), ItemState::done) << "nobody was shown the output";
}

TEST(Gate, RefusesAnAnswerToAQuestionThatWasAskedAnew) {
  RunWorld world(kGate);
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 3}}); };
  world.must_run();
  DecisionData old;
  old.who = "ada";
  old.digest = "of another question";
  Redactor redactor;
  auto journal = Journal::open(std::make_unique<MemoryJournal>(world.disk), world.clock, redactor);
  ASSERT_TRUE(journal->decide(EventType::approve, {"go", {}}, old));
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.state().refused_decisions.size(), 1u);
}

TEST(Gate, IsAnsweredByTheLastWordOfAPersonBeforeTheRunHasHeardIt) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, with: {name: a}}
)");
  world.must_run();
  world.decide(EventType::reject, {"go", {}});
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Gate, ForTwoPeopleNeedsTwoDifferentOnes) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?", people: 2}}
)");
  world.must_run();
  world.approve("go", "ada");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("go", "ada");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("go", "bob");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Gate, GivesItsAnswerToTheStepsBehindIt) {
  RunWorld world(R"(  size: {uses: answer, with: {question: "How many?", type: integer}}
  change: {uses: make, with: {name: "a${steps.size.answer}"}}
)");
  world.must_run();
  world.decide(EventType::answer, {"size", {}}, "7");
  world.must_run();
  EXPECT_EQ(world.on_new.starts.count("make a7"), 1u);
}

TEST(Task, IsDoneWhenItsLookHoldsAndNotByAWord) {
  RunWorld world(R"(  port:
    uses: task
    with: {text: Open the port, done_if: {uses: look, with: {name: p}}}
  change: {uses: make, with: {name: a}}
)");
  world.looks["p"] = [] { return found(Verdict::fail); };
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("port");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.state().refused_decisions.size(), 1u);
  world.looks["p"] = [] { return found(Verdict::ok); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Task, IsAlsoWhatAChangeAsksForThatAPersonHasToMake) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n  second: {uses: make, with: {name: b}}\n");
  world.by_hand = {"a"};
  world.looks["a"] = [] { return found(Verdict::fail); };
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("first"), ItemState::gate);
  EXPECT_TRUE(world.on_new.starts.empty()) << "what comes after it waits";
  world.looks.clear();
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts.count("make a"), 0u);
  EXPECT_EQ(world.on_new.starts["make b"], 1);
}

TEST(Accept, GoesOnInSpiteOfAVerdictAndIsShownForEver) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}}
  change: {uses: make, with: {name: a}}
)");
  world.looks["l"] = [] { return found(Verdict::fail); };
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  world.decide(EventType::accept, {"look", {}}, {}, "known to be so");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("look"), ItemState::accepted);
  EXPECT_NE(world.state().item({"look", {}}).reason.find("accepted by ada: known to be so"),
            std::string::npos);
}

TEST(Accept, OfWhatIsInDoubtNeedsEvidenceOfThatVeryAttempt) {
  ItemRecord record;
  record.state = ItemState::in_doubt;
  EXPECT_NE(not_acceptable(record), "");
  record.evidence = {"kept-1"};
  EXPECT_EQ(not_acceptable(record), "");
}

TEST(Accept, IsRefusedForAHostKey) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}}
)");
  world.looks["l"] = [] {
    return fail(ErrorKind::refused, "ssh.host-key-changed", "the host key has changed");
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::in_doubt);
  world.decide(EventType::accept, {"look", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::in_doubt);
  EXPECT_EQ(world.of("look"), ItemState::failed);
  EXPECT_EQ(world.state().refused_decisions.size(), 1u);
}

TEST(Retry, ByTheOperatorBeginsAFailedStepAgain) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}}
)");
  world.breaks = {"a"};
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  world.breaks.clear();
  world.decide(EventType::retry, {"first", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.attempts("first"), 2);
  EXPECT_EQ(world.of("second"), ItemState::done);
}

TEST(Skip, LetsWhatNeedsTheStepGoOn) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}}
)");
  world.breaks = {"a"};
  world.must_run();
  world.decide(EventType::skip, {"first", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("second"), ItemState::done);
}

TEST(Skip, OpensNoWayPastWhatTheStepWaitedFor) {
  RunWorld world(R"(  bad: {uses: make, on_fail: continue, with: {name: a}}
  skipped: {uses: make, with: {name: b}}
  last: {uses: make, with: {name: c}}
)");
  world.breaks = {"a"};
  world.must_run();
  world.decide(EventType::skip, {"skipped", {}});
  EXPECT_NE(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("last"), ItemState::blocked);
  EXPECT_EQ(world.on_new.starts["make c"], 0);
  world.decide(EventType::skip, {"bad", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("last"), ItemState::done);
}

TEST(Skip, OfAnItemOpensNoWayPastTheOneItIsJoinedTo) {
  RunWorld world(R"(  copy: {uses: make, for_each: [x, y], on_fail: continue, with: {name: "copy-${item}"}}
  check: {uses: make, for_each: [x, y], needs: [copy], with: {name: "check-${item}"}}
  last: {uses: make, needs: [check], with: {name: z}}
)");
  world.breaks = {"copy-x"};
  world.must_run();
  world.decide(EventType::skip, {"check", "x"});
  EXPECT_NE(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make z"], 0);
}

constexpr const char* kItems = R"(  each: {uses: make, for_each: [a, b, c], with: {name: "${item}"}}
  last: {uses: make, needs: [each], with: {name: z}}
  go: {uses: approve, with: {question: "Go on?"}}
)";

TEST(Skip, OfAStepWithItemsLeavesOutWhatFailedAndWhatHasNotBegun) {
  RunWorld world(kItems);
  world.breaks = {"b"};
  ASSERT_EQ(world.must_run().exit, ExitCode::failed);
  world.decide(EventType::skip, {"each", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::parked) << "at go";
  EXPECT_EQ(world.state().item({"each", "a"}).state, ItemState::done);
  EXPECT_EQ(world.state().item({"each", "b"}).state, ItemState::skipped);
  EXPECT_EQ(world.on_new.starts["make c"], 0);
  EXPECT_EQ(world.of("last"), ItemState::done);
  world.breaks.clear();
  world.decide(EventType::retry, {"each", {}});
  world.must_run();
  EXPECT_EQ(world.state().item({"each", "b"}).state, ItemState::done);
  EXPECT_EQ(world.state().item({"each", "c"}).state, ItemState::done);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
}

TEST(Skip, OfAStepWithItemsWhileTheyRunBeginsNoMoreOfThem) {
  RunWorld world(kItems);
  bool decided = false;
  world.on_wait = [&] {
    if (decided || world.on_new.jobs.empty()) return;
    decided = true;
    world.decide(EventType::skip, {"each", {}});
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::parked) << "at go";
  ASSERT_TRUE(decided);
  EXPECT_EQ(world.state().item({"each", "a"}).state, ItemState::done) << "it was under way";
  EXPECT_EQ(world.on_new.starts["make b"] + world.on_new.starts["make c"], 0);
}

TEST(Skip, OfAStepWhoseItemsWereToBeginAgainLeavesNoneInTheWay) {
  RunWorld world("  first: {uses: make, with: {name: f}}\n" + std::string(kItems));
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.decide(EventType::retry, {"first", {}});
  world.decide(EventType::skip, {"each", {}});
  world.approve("go");
  world.must_run();
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Cancel, EndsTheJobOfALiveRunAndSaysWhatIsLeft) {
  RunWorld world(R"(  restore: {uses: make, with: {name: a}}
)");
  world.on_new.looks = 1'000'000;
  bool decided = false;
  world.on_wait = [&] {
    if (decided || world.on_new.jobs.empty()) return;
    decided = true;
    world.decide(EventType::cancel, {"restore", {}});
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  ASSERT_TRUE(decided);
  EXPECT_EQ(world.of("restore"), ItemState::cancelled);
  EXPECT_NE(world.state().item({"restore", {}}).sentence.find("left to do: make a"), std::string::npos);
}

TEST(Cancel, SaidWhileNoProcessRunsIsTakenUpByTheNext) {
  RunWorld world("  change: {uses: make, with: {name: a}}\n");
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] {
    if (!world.on_new.jobs.empty()) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  world.on_wait = {};
  world.stop = {};
  world.decide(EventType::cancel, {"change", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world.of("change"), ItemState::cancelled);
  EXPECT_EQ(std::get<JobDone>(world.on_new.jobs.begin()->second.state).exit_status, 143);
}

TEST(Cancel, OfAStepThatHasNotBegunIsRefused) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, with: {name: a}}
)");
  world.must_run();
  world.decide(EventType::cancel, {"change", {}});
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(End, LeavesNoJobAndNoLease) {
  RunWorld world(R"(  restore: {uses: make, with: {name: a}}
)");
  world.on_new.looks = 1'000'000;
  bool decided = false;
  world.on_wait = [&] {
    if (decided || world.on_new.jobs.empty()) return;
    decided = true;
    world.decide(EventType::end, {});
  };
  world.must_run();
  EXPECT_FALSE(std::holds_alternative<JobRunning>(world.on_new.jobs.begin()->second.state));
  EXPECT_FALSE(world.on_new.lease);
  EXPECT_EQ(world.state().phase, RunPhase::ended);
}

TEST(End, LeavesNoFolderOnHostsButOfWhatNobodyHasSeenTheEndOf) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}}
)");
  bool decided = false;
  world.on_wait = [&] {
    if (decided || !world.on_new.starts.contains("make b")) return;
    decided = true;
    world.decide(EventType::end, {});
  };
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.title == "make b") return JobRunning{};
    world.facts.insert("a");
    return JobDone{0};
  };
  world.must_run();
  ASSERT_EQ(world.of("first"), ItemState::done);
  ASSERT_EQ(world.of("second"), ItemState::cancelled);
  ASSERT_EQ(world.on_new.jobs.size(), 1u);
  EXPECT_TRUE(world.on_new.jobs.contains("r1.second.1")) << world.on_new.jobs.begin()->first;
}

TEST(End, OfARunThatIsDoneLeavesNoFolderOnHosts) {
  RunWorld world(R"(  ask: {uses: approve, with: {question: "Go on?"}}
  first: {uses: make, with: {name: a}, needs: []}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.on_new.jobs.size(), 1u) << "as long as the run is not over";
  world.approve("ask");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(world.on_new.jobs.empty());
  EXPECT_EQ(world.on_new.starts["make a"], 1);
}

TEST(End, OnAHostThatDoesNotAnswerLeavesFoldersAndLease) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  ask: {uses: approve, with: {question: "Go on?"}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("ask");
  world.on_new.silent = true;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.jobs.size(), 1u);
  EXPECT_TRUE(world.on_new.lease);
  EXPECT_TRUE(world.state().leases.contains("new"));
}

/// Gives the run up as soon as its job is there, and calls `now` with that.
void end_with_its_job(RunWorld& world, const std::function<void(FakeJobs&)>& now) {
  world.on_new.looks = 1'000'000;
  bool decided = false;
  world.on_wait = [&] {
    if (decided || world.on_new.jobs.empty()) return;
    decided = true;
    now(world.on_new);
    world.decide(EventType::end, {});
  };
  world.must_run();
}

TEST(End, OfAJobThatIsNotThereIsKnown) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  end_with_its_job(world, [](FakeJobs& jobs) { jobs.jobs.clear(); });
  EXPECT_EQ(world.of("first"), ItemState::cancelled);
  EXPECT_FALSE(world.on_new.lease);
}

TEST(End, WithAJobThatCannotBeEndedSaysSoAndKeepsTheLease) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  end_with_its_job(world, [](FakeJobs& jobs) { jobs.stubborn = true; });
  EXPECT_EQ(world.of("first"), ItemState::in_doubt);
  EXPECT_THAT(world.state().item({"first", {}}).sentence, testing::HasSubstr("got TERM and KILL"));
  EXPECT_TRUE(world.on_new.lease);
}

TEST(Lease, WhoseStartGaveNoAnswerIsGivenBackAtTheEnd) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  world.on_new.lost = true;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_FALSE(world.on_new.lease);
}

TEST(Lease, OfAProcessThatWasKilledAnywhereIsGivenBackByTheNext) {
  for (int k = 1; k < 100; ++k) {
    RunWorld world("  first: {uses: make, with: {name: a}}\n");
    if (!world.run_killed_at(k, MemoryJournal::Fault::dies_before)) break;
    EXPECT_EQ(world.must_run().exit, ExitCode::done) << k;
    EXPECT_FALSE(world.on_new.lease) << k;
    EXPECT_TRUE(world.on_new.jobs.empty()) << k;
  }
}

TEST(Lease, OfAnotherRunRefusesWithTheOwner) {
  RunWorld world(R"(  change: {uses: make, with: {name: a}}
)");
  world.on_new.lease = Lease{"r0", "x", "other-laptop", "bob", 7};
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::refused);
  EXPECT_NE(summary.reason.find("bob"), std::string::npos);
  EXPECT_TRUE(world.on_new.starts.empty());
  EXPECT_TRUE(world.rollback_plan().undos.empty()) << "what never began leaves nothing to take back";
  world.options.take_over = 7;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Interrupt, BeginsNothingNewAndLeavesJobsRunning) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}}
)");
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] {
    if (!world.on_new.jobs.empty()) world.stop.request_stop();
  };
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::interrupted);
  ASSERT_EQ(summary.going_on.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<JobRunning>(world.on_new.jobs.begin()->second.state));
  EXPECT_EQ(world.observer.count<Stopping>(), 1);
}

TEST(Drift, StopsAndShowsBoth) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, with: {name: a}}
  later: {uses: make, with: {name: b}}
)");
  world.must_run();
  world.note["a"] = " in another way";
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::refused);
  EXPECT_EQ(world.state().drifts.size(), 1u);
  EXPECT_TRUE(world.on_new.starts.empty());
  world.approve("change");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Drift, HoldsEveryOtherChangeUntilSomebodyHasAnsweredItWhicheverProcessRuns) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, needs: [go], with: {name: a}}
  pause: {uses: wait, needs: [go], with: {for: 2h}}
  apart: {uses: make, needs: [pause], with: {name: b}}
)");
  world.must_run();
  world.note["a"] = " in another way";
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::refused);
  world.clock.advance(std::chrono::hours(3));
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("pause"), ItemState::done);
  EXPECT_TRUE(world.on_new.starts.empty());
  world.approve("change");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make b"], 1);
}

TEST(Drift, HoldsAChangeThatHadBegunToLookWhenItWasSeen) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, needs: [go], with: {name: a}}
  beside: {uses: make, needs: [go], with: {name: b}}
)");
  world.must_run();
  world.note["a"] = " in another way";
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::refused);
  EXPECT_EQ(world.observer.count<Began>(), 3) << "the gate's, and both changes had begun to look";
  EXPECT_TRUE(world.on_new.starts.empty());
  world.approve("change");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Drift, SaysWhatWasReviewedAndWhatItWouldBeNow) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, with: {name: a}}
)");
  world.must_run();
  world.note["a"] = " in another way";
  world.approve("go");
  world.must_run();
  const GateOpened asked = world.state().item({"change", {}}).gate->asked;
  EXPECT_NE(
      asked.question.find("Reviewed: a: nothing → there. Now it would be: a: nothing → there in another way"),
      std::string::npos)
      << asked.question;
}

TEST(Drift, IsNotWhatAStepAboveHasChangedSinceTheReview) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  second: {uses: make, with: {name: b}}
)");
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    world.facts.insert(spec.script.substr(spec.script.find(' ') + 1));
    world.note["b"] = " on top of a";
    return JobDone{0};
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(world.state().drifts.empty());
  EXPECT_EQ(world.of("second"), ItemState::done);
}

TEST(Drift, IsSeenAlsoWhereTheFirstLookOfTheStepGotNoAnswer) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: make, with: {name: a}, retry: {times: 3}}
)");
  world.must_run();
  world.approve("go");
  world.unseen = {"a"};
  world.on_wait = [&] {
    if (world.attempts("change") == 0) return;
    world.unseen.clear();
    world.note["a"] = " in another way";
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::refused);
  EXPECT_EQ(world.state().drifts.size(), 1u);
  EXPECT_TRUE(world.on_new.starts.empty());
}

TEST(Drift, IsNotWhatAnAttemptOfTheStepItselfHasLeftBehind) {
  RunWorld world("  change: {uses: make, with: {name: a}, retry: {times: 3}}\n");
  world.breaks = {"a"};
  world.on_wait = [&] {
    if (world.of("change") != ItemState::waiting) return;
    world.breaks.clear();
    world.note["a"] = ", the rest of it";
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(world.state().drifts.empty());
}

TEST(LatePlan, ThatIsPermanentIsAskedAboutAlsoWhereTheFirstLookGotNoAnswer) {
  RunWorld world(R"(  first: {uses: make, with: {name: f}}
  look: {uses: look, needs: [first], with: {name: l}}
  change: {uses: make, with: {name: "a${steps.look.n}"}, retry: {times: 3}}
)");
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 1}}); };
  world.permanent = {"a1"};
  world.unseen = {"a1"};
  world.on_wait = [&] {
    if (world.attempts("change") > 0) world.unseen.clear();
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("change"), ItemState::gate);
  EXPECT_FALSE(world.on_new.starts.contains("make a1"));
}

TEST(LatePlan, RunsUnaskedWithinItsBoundsUnlessItIsPermanent) {
  const char* steps = R"(  first: {uses: make, with: {name: f}}
  look: {uses: look, needs: [first], with: {name: l}}
  change: {uses: make, with: {name: "a${steps.look.n}"}}
)";
  RunWorld world(steps);
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 1}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts.count("make a1"), 1u);

  RunWorld careful(steps);
  careful.looks["l"] = world.looks["l"];
  careful.permanent = {"a1"};
  EXPECT_EQ(careful.must_run().exit, ExitCode::parked);
  EXPECT_EQ(careful.of("change"), ItemState::gate);
  EXPECT_EQ(careful.on_new.starts.count("make a1"), 0u);
  careful.approve("change");
  EXPECT_EQ(careful.must_run().exit, ExitCode::done);
}

TEST(LatePlan, OnAHostIsWithinTheBoundsThatAreWritten) {
  RunWorld world(R"(  first: {uses: make, with: {name: f}}
  look: {uses: look, needs: [first], with: {name: l}}
  maybe: {uses: make, host: new, if: steps.look.n == 1, with: {name: m}}
  each: {uses: make, host: new, for_each: "${steps.look.list}", with: {name: "e${item}"}}
)");
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 1}, {"list", ValueList{"1", "2"}}}); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(world.state().drifts.empty());
  for (const char* made : {"make m", "make e1", "make e2"}) EXPECT_EQ(world.on_new.starts[made], 1) << made;
}

TEST(Next, AfterALeaseThatAnotherRunHoldsIsTheWaitOrTheTakeOver) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  world.on_new.refuses = Error{ErrorKind::refused,
                               "lease.held",
                               "host new is held by run r0",
                               {},
                               {},
                               "finish that run there, or use --take-over 17 --why …"};
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::refused);
  EXPECT_EQ(summary.next.command, "mxodus resume r1");
  EXPECT_EQ(summary.next.instead, "mxodus resume r1 --take-over 17 --why …");
}

}  // namespace
}  // namespace mxodus
