#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/run/decisions.h"
#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

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

TEST(Skip, OfWhatAGateQuotesDoesNotTakeTheQuestionAway) {
  for (const char* between : {"", "  middle: {uses: make, if: steps.hint.n == 1, with: {name: m}}\n"}) {
    const bool quotes_it = std::string(between).empty();
    RunWorld world("  hint: {uses: look, with: {name: h}}\n" + std::string(between) +
                   "  go: {uses: approve, needs: [" + (quotes_it ? "" : "middle") + "], with: {question: \"" +
                   (quotes_it ? "${steps.hint.n} are open. " : "") + "Go on?\"}}\n" +
                   "  start: {uses: make, with: {name: s}}\n");
    world.looks["h"] = [] { return Finding{Verdict::unknown, "no answer", {}, {}}; };
    ASSERT_EQ(world.must_run().exit, ExitCode::in_doubt);
    world.decide(EventType::skip, {"hint", {}});
    const Summary summary = world.must_run();
    EXPECT_EQ(summary.exit, ExitCode::parked) << between;
    EXPECT_THAT(summary.reason, testing::HasSubstr("it cannot ask"));
    EXPECT_EQ(summary.next.command, "mxodus explain go");
    EXPECT_EQ(world.of("go"), ItemState::blocked);
    EXPECT_EQ(world.on_new.starts["make s"], 0);
    world.looks["h"] = [] { return Finding{Verdict::ok, "seen", {{"n", 1}}, {}}; };
    world.decide(EventType::retry, {"hint", {}});
    EXPECT_EQ(world.must_run().exit, ExitCode::parked);
    EXPECT_EQ(world.of("go"), ItemState::gate) << between;
    world.decide(EventType::skip, {"go", {}});
    EXPECT_EQ(world.must_run().exit, ExitCode::done);
    EXPECT_EQ(world.on_new.starts["make s"], 1);
  }
}

TEST(Skip, OfTheItemsThatAGateQuotesDoesNotTakeTheQuestionAway) {
  for (const char* gate :
       {"go: {uses: approve, with: {question: \"${steps.each.a.n} and ${steps.each.b.n}?\"}}",
        "go: {uses: approve, for_each: [a, b], with: {question: \"${steps.each.n}?\"}}"}) {
    RunWorld world("  each: {uses: look, for_each: [a, b], with: {name: \"${item}\"}}\n  " +
                   std::string(gate) + "\n  begin: {uses: make, with: {name: s}}\n");
    world.looks["a"] = world.looks["b"] = [] { return Finding{Verdict::unknown, "no answer", {}, {}}; };
    ASSERT_EQ(world.must_run().exit, ExitCode::in_doubt) << gate;
    world.decide(EventType::skip, {"each", "a"});
    world.decide(EventType::skip, {"each", "b"});
    const Summary summary = world.must_run();
    EXPECT_EQ(summary.exit, ExitCode::parked) << gate;
    EXPECT_THAT(summary.reason, testing::HasSubstr("it cannot ask")) << gate;
    EXPECT_THAT(summary.next.command, testing::HasSubstr("mxodus explain")) << gate;
    EXPECT_EQ(world.on_new.starts["make s"], 0) << gate;
  }
}

TEST(Skip, ThatIsTakenBackLeavesTheIfToDecide) {
  RunWorld world(R"(  first: {uses: look, with: {name: f}}
  hint: {uses: look, if: steps.first.n == 1, with: {name: h}}
  go: {uses: approve, with: {question: "${steps.hint.n} are open. Go on?"}}
  begin: {uses: make, with: {name: s}}
)");
  world.looks["f"] = [] { return Finding{Verdict::unknown, "no answer", {}, {}}; };
  ASSERT_EQ(world.must_run().exit, ExitCode::in_doubt);
  world.decide(EventType::skip, {"hint", {}});
  world.must_run();
  ASSERT_EQ(world.of("hint"), ItemState::skipped);
  world.looks["f"] = [] { return Finding{Verdict::ok, "seen", {{"n", 2}}, {}}; };
  world.decide(EventType::retry, {"first", {}});
  world.decide(EventType::retry, {"hint", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("hint"), ItemState::skipped) << "by its `if`";
  EXPECT_EQ(world.of("go"), ItemState::skipped);
}

TEST(Skip, ByAnIfOfWhatAGateReadsPassesTheGateBy) {
  RunWorld world(R"(  hint: {uses: look, if: false, with: {name: h}}
  go: {uses: approve, with: {question: "${steps.hint.n} are open. Go on?"}}
  start: {uses: make, with: {name: s}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("go"), ItemState::skipped);
  EXPECT_EQ(world.of("start"), ItemState::done);
}

TEST(Skip, WhileTheStepIsLookedAtKeepsItFromActing) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  first: {uses: make, with: {name: a}}
  last: {uses: make, with: {name: z}}
)");
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("go");
  world.clock.advance(std::chrono::hours(1));  // so that it is looked at anew
  bool said = false;
  world.on_look = [&](StepContext& context) {
    if (said || world.of("go") != ItemState::done || context.params().text("name") != "a") return;
    said = true;
    world.decide(EventType::skip, {"first", {}});
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  ASSERT_TRUE(said);
  EXPECT_EQ(world.of("first"), ItemState::skipped);
  EXPECT_EQ(world.on_new.starts["make a"], 0);
  EXPECT_EQ(world.on_new.starts["make z"], 1);
}

TEST(Skip, OfWhatAnotherProcessHasBegunIsTakenUpOnceItsJobIsLookedFor) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n  last: {uses: make, with: {name: z}}\n");
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] {
    if (world.of("first") == ItemState::running) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  world.stop = {};
  world.decide(EventType::skip, {"first", {}});
  world.on_new.jobs.begin()->second.looks_left = 20;
  world.on_new.looks = 1;
  world.on_wait = {};
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("first"), ItemState::done) << "it was running: `cancel` it first";
  EXPECT_EQ(world.state().refused_decisions.size(), 1u);
  EXPECT_EQ(world.on_new.starts["make z"], 1);
}

TEST(Skip, OfWhatNeverReachedItsHostKeepsItFromBeginning) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n  last: {uses: make, with: {name: z}}\n");
  world.on_new.lost = true;  // the start
  world.on_wait = [&] {
    if (world.of("first") == ItemState::running) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  ASSERT_EQ(world.on_new.starts["make a"], 0);
  ASSERT_TRUE(world.state().item({"first", {}}).open);
  world.stop = {};
  world.on_wait = {};
  world.decide(EventType::skip, {"first", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("first"), ItemState::skipped);
  EXPECT_EQ(world.on_new.starts["make a"], 0);
  EXPECT_EQ(world.on_new.starts["make z"], 1);
}

TEST(Skip, OfAStepWhoseHostIsGoneForGoodGoesOn) {
  RunWorld world(
      "  first: {uses: make, with: {name: a}}\n  last: {uses: command, host: old, with: {effect: change, "
      "argv: [z]}}\n");
  int waits = 0;
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] {
    if (world.of("first") == ItemState::running) world.on_new.silent = true;
    if (world.of("first") == ItemState::reconnecting && ++waits == 5) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  ASSERT_EQ(world.of("first"), ItemState::reconnecting);
  world.stop = {};
  world.on_wait = {};
  world.decide(EventType::skip, {"first", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.of("first"), ItemState::skipped);
  EXPECT_EQ(world.of("last"), ItemState::done);
}

TEST(Accept, OfAStepWhoseIfOrListCannotBeAskedStands) {
  for (const char* step :
       {"change: {uses: make, if: steps.look.n > 1, with: {name: a}}",
        "change: {uses: make, for_each: \"${steps.look.list}\", with: {name: \"${item}\"}}"}) {
    RunWorld world("  look: {uses: look, with: {name: l}}\n  " + std::string(step) +
                   "\n  last: {uses: make, with: {name: z}}\n");
    ASSERT_EQ(world.must_run().exit, ExitCode::failed) << step;
    ASSERT_EQ(world.of("change"), ItemState::failed) << step;
    world.decide(EventType::accept, {"change", {}});
    EXPECT_EQ(world.must_run().exit, ExitCode::done) << step;
    EXPECT_EQ(world.of("change"), ItemState::accepted) << step;
    EXPECT_EQ(world.on_new.starts, (std::map<std::string, int>{{"make z", 1}})) << step;
  }
}

TEST(Accept, OfAListThatCannotBeAskedStandsWhateverItGivesLater) {
  RunWorld world(R"(  look: {uses: look, fresh_for: 1h, with: {name: l}}
  change: {uses: make, for_each: "${steps.look.list}", with: {name: "${item}"}}
  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: z}}
)");
  ASSERT_EQ(world.must_run().exit, ExitCode::failed);
  world.decide(EventType::accept, {"change", {}});
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.looks["l"] = [] { return found(Verdict::ok, {{"list", ValueList{"a"}}}); };
  world.clock.advance(std::chrono::hours(2));
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_GE(world.attempts("look"), 2);
  EXPECT_EQ(world.on_new.starts, (std::map<std::string, int>{{"make z", 1}}));
}

TEST(Accept, OfAListThatCannotBeAskedAgainLeavesOutWhatWasToBeginAgain) {
  RunWorld world(R"(  look: {uses: look, with: {name: l}}
  change: {uses: make, for_each: "${steps.look.list}", with: {name: "${item}"}}
  last: {uses: make, with: {name: z}}
  go: {uses: approve, with: {question: "Go on?"}}
)");
  world.looks["l"] = [] { return found(Verdict::ok, {{"list", ValueList{"a", "b"}}}); };
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.looks.clear();
  world.decide(EventType::retry, {"look", {}});
  ASSERT_EQ(world.must_run().exit, ExitCode::failed);
  ASSERT_EQ(world.of("change"), ItemState::failed);
  world.decide(EventType::accept, {"change", {}});
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.of("change"), ItemState::accepted);
  EXPECT_EQ(world.of("change", "a"), ItemState::skipped);
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(Accept, OfWhatRunsIsNotKeptForAFailureThatNobodyHasSeen) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n  last: {uses: make, with: {name: z}}\n");
  world.breaks = {"a"};
  world.on_new.looks = 10;
  bool said = false;
  world.on_wait = [&] {
    if (said || world.on_new.jobs.empty()) return;
    said = true;
    world.decide(EventType::accept, {"first", {}});
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::failed);
  ASSERT_TRUE(said);
  EXPECT_EQ(world.of("first"), ItemState::failed);
  EXPECT_EQ(world.on_new.starts["make z"], 0);
}

TEST(Skip, OfAWholeStepOpensNoWayPastWhatItsItemsAreJoinedTo) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  ask: {uses: approve, for_each: [x, y], needs: [go], with: {question: "${item}?"}}
  check: {uses: make, for_each: [x, y], needs: [ask], with: {name: "check-${item}"}}
  last: {uses: make, for_each: [x, y], needs: [check], with: {name: "last-${item}"}}
)");
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.decide(EventType::skip, {"check", {}});
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  EXPECT_EQ(world.state().item({"ask", "x"}).state, ItemState::gate);
  EXPECT_TRUE(world.on_new.starts.empty()) << "nobody has answered";
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
  EXPECT_EQ(world.of("last"), ItemState::done);
  EXPECT_EQ(world.of("go"), ItemState::gate);
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

TEST(Retry, OfWhatAnotherProcessHasBegunIsRefused) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  world.on_new.looks = 1'000'000;
  world.on_wait = [&] {
    if (world.of("first") == ItemState::running) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  world.stop = {};
  world.on_wait = {};
  world.decide(EventType::retry, {"first", {}});
  world.on_new.jobs.begin()->second.looks_left = 3;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
  EXPECT_EQ(world.state().refused_decisions.size(), 1u);
}

TEST(Retry, OfAGateAboveKeepsWhatIsLookedAtFromActing) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: make, with: {name: z}}
)");
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("go");
  world.clock.advance(std::chrono::hours(1));
  bool said = false;
  world.on_look = [&](StepContext&) {
    if (said || world.of("go") != ItemState::done) return;
    said = true;
    world.decide(EventType::retry, {"go", {}});
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  ASSERT_TRUE(said);
  EXPECT_EQ(world.of("go"), ItemState::gate);
  EXPECT_EQ(world.on_new.starts["make z"], 0);
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

}  // namespace
}  // namespace mxodus
