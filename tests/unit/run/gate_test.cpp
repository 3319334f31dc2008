#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

/// What the gate of the host `old` asks once it has come back; `skipped` is left out before.
std::string asked_about_old(const std::string& steps, const std::string& skipped = {}) {
  RunWorld world(steps);
  world.old_is_down = true;
  world.must_run();
  if (!skipped.empty()) world.decide(EventType::skip, {skipped, {}});
  world.old_is_down = false;
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  const auto gate = world.state().item({"host.old", {}}).gate;
  if (!gate) return "nothing";
  world.must_run();
  EXPECT_EQ(world.state().item({"host.old", {}}).gate->n, gate->n) << "it is not asked anew";
  return gate->asked.question;
}

TEST(HostBack, NamesTheChangesOnItThatAYesLetsBegin) {
  const std::string asked = asked_about_old(R"(  sees: {uses: look, host: old, needs: [], with: {name: l}}
  left_out: {uses: make, host: old, needs: [], with: {name: a}}
  postfix_off: {uses: make, host: old, needs: [], with: {name: b}}
  elsewhere: {uses: make, host: new, needs: [left_out], with: {name: c}}
  each: {uses: make, for_each: [new, old], host: "${item}", needs: [postfix_off], with: {name: "d-${item}"}}
  parked: {uses: make, host: old, needs: [postfix_off], with: {name: e}}
  later: {uses: make, host: old, for_each: "${steps.parked.n}", with: {name: f}}
)",
                                            "left_out");
  EXPECT_THAT(asked,
              testing::HasSubstr("look before changes go on. A yes also lets the changes to old itself "
                                 "begin, each in its turn: postfix_off, each, parked and 1 more. Go on?"));
}

TEST(HostBack, OnWhichNothingIsToChangeNamesNothing) {
  const std::string asked = asked_about_old(R"(  sees: {uses: look, host: old, needs: [], with: {name: l}}
  elsewhere: {uses: make, host: new, needs: [sees], with: {name: c}}
)");
  EXPECT_THAT(asked, testing::EndsWith("look before changes go on. Go on?"));
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

TEST(Task, LooksFromWhereItsStepDoes) {
  RunWorld world("  first: {uses: make, from: old, with: {name: a}}\n");
  world.by_hand = {"a"};
  std::set<std::string> vantages;
  world.on_look = [&](StepContext& context) { vantages.insert(context.vantage().name()); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["a"], 1) << "the look of its `done_if`";
  EXPECT_EQ(vantages, (std::set<std::string>{"old"}));
}

TEST(Checklist, WithAFailureIsAWarningWhereItsStepSaysSo) {
  for (const char* rule : {"hold", "warn"}) {
    RunWorld world("  tried: {uses: checklist, on_fail: " + std::string(rule) +
                   ", with: {items: [a, b]}}\n  change: {uses: make, needs: [tried], with: {name: a}}\n");
    ASSERT_EQ(world.must_run().exit, ExitCode::parked);
    const ValueMap good{{"result", "ok"}}, bad{{"result", "fail"}, {"evidence", "in spam"}};
    world.decide(EventType::answer, {"tried", {}}, ValueMap{{"a", good}, {"b", bad}});
    const bool warns = rule == std::string("warn");
    EXPECT_EQ(world.must_run().exit, warns ? ExitCode::done : ExitCode::failed) << rule;
    EXPECT_EQ(world.state().item({"tried", {}}).verdict, warns ? Verdict::warn : Verdict::fail) << rule;
    EXPECT_EQ(world.on_new.starts.size(), warns ? 1u : 0u) << rule;
  }
}

}  // namespace
}  // namespace mxodus
