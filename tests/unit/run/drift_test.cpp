#include <chrono>

#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

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

/// A change that drifts beside a job that runs for long.
constexpr const char* kDriftBesideAJob = R"(  go: {uses: approve, with: {question: "Go on?"}}
  long: {uses: make, needs: [go], with: {name: l}}
  pause: {uses: wait, needs: [go], with: {for: 1m}}
  change: {uses: make, needs: [pause], with: {name: a}}
  apart: {uses: make, needs: [pause], with: {name: b}}
)";

TEST(Drift, ThatIsApprovedWhileTheRunLivesHoldsNothingFromThenOn) {
  RunWorld world(kDriftBesideAJob);
  world.must_run();
  world.note["a"] = " in another way";
  world.approve("go");
  world.on_new.looks = 1'000'000;
  bool said = false;
  world.on_wait = [&] {
    if (said || world.of("change") != ItemState::gate) return;
    said = true;
    EXPECT_EQ(world.of("long"), ItemState::running);
    world.approve("change");
    world.on_new.looks = 1;
    world.on_new.jobs.begin()->second.looks_left = 20;
  };
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::done) << summary.reason;
  EXPECT_EQ(world.on_new.starts, (std::map<std::string, int>{{"make a", 1}, {"make b", 1}, {"make l", 1}}));
}

TEST(Drift, ThatNobodyHasAnsweredHoldsUntilTheJobBesideItHasEnded) {
  RunWorld world(kDriftBesideAJob);
  world.must_run();
  world.note["a"] = " in another way";
  world.approve("go");
  world.on_new.looks = 100;
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::refused);
  EXPECT_NE(summary.reason.find("change: "), std::string::npos) << summary.reason;
  EXPECT_EQ(world.of("long"), ItemState::done);
  EXPECT_EQ(world.on_new.starts, (std::map<std::string, int>{{"make l", 1}}));
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

}  // namespace
}  // namespace mxodus
