#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

void rely_on_plan(RunWorld& world) {
  world.options.plan_looks_stand = Duration{std::chrono::minutes(1)};
}

Event result_of(const RunWorld& world, const std::string& step) {
  for (const RunEvent& shown : world.observer.events)
    if (const auto* recorded = std::get_if<Recorded>(&shown))
      if (recorded->event.type == EventType::attempt_result && recorded->event.id.step == step)
        return recorded->event;
  ADD_FAILURE() << "no result of " << step;
  return {};
}

TEST(PlanLooks, StandForTheRunsFirstLookWithAllThatTheyFound) {
  RunWorld world("  look: {uses: look, with: {name: l}}\n  below: {uses: look, with: {name: b}}\n");
  rely_on_plan(world);
  world.looks["l"] = [] { return found(Verdict::ok, {{"n", 7}}); };
  world.on_look = [](StepContext& context) { context.keep_evidence("seen.txt", "seven"); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["l"], 1);
  EXPECT_EQ(world.looked["b"], 1);
  const AttemptResult result = decode<AttemptResult>(result_of(world, "look").data);
  EXPECT_EQ(result.outputs, Value(ValueMap{{"n", 7}}));
  EXPECT_EQ(result.evidence_titles, std::vector<std::string>{"seen.txt"});
}

TEST(PlanLooks, AreRepeatedWhereNobodySaysThatTheyStand) {
  RunWorld world("  look: {uses: look, with: {name: l}}\n");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["l"], 2);
}

TEST(PlanLooks, AreRepeatedOnceTheyAreTooOldAndCountFromWhenTheyWereMade) {
  RunWorld world(R"(  early: {uses: look, with: {name: early}, fresh_for: 10s}
  late: {uses: look, needs: [early], with: {name: late}}
  last: {uses: look, needs: [late], with: {name: last}}
)");
  rely_on_plan(world);
  world.looks["late"] = [&] {
    world.clock.advance(std::chrono::seconds(20));
    return found(Verdict::ok);
  };
  world.looks["last"] = [&] {
    world.clock.advance(std::chrono::seconds(5));
    return found(Verdict::ok);
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["early"], 2) << "25 s are too old for its fresh_for";
  EXPECT_EQ(world.looked["late"], 1);
  const Event late = result_of(world, "late");
  const Time five_seconds_before{late.utc.since_epoch - std::chrono::seconds(5)};
  EXPECT_EQ(decode<AttemptResult>(late.data).looked_at, five_seconds_before);
  EXPECT_EQ(world.state().item({"late", {}}).seen, five_seconds_before);
}

TEST(PlanLooks, ThatBeginAJobAreOfWhenItEnded) {
  RunWorld world("  survey: {uses: survey, with: {name: s}}\n");
  rely_on_plan(world);
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["s"], 1);
  EXPECT_EQ(world.on_new.starts["survey s"], 1);
  const Event ended = result_of(world, "survey");
  EXPECT_FALSE(decode<AttemptResult>(ended.data).looked_at);
  EXPECT_EQ(world.state().item({"survey", {}}).seen, ended.utc);
}

TEST(PlanLooks, OfWhatWasNotWellAreRepeated) {
  RunWorld world("  look: {uses: look, with: {name: l}}\n");
  rely_on_plan(world);
  int looks = 0;
  world.looks["l"] = [&] { return found(++looks == 1 ? Verdict::fail : Verdict::ok); };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(looks, 2);
}

TEST(PlanLooks, BelowAQuestionAreRepeated) {
  RunWorld world(R"(  go: {uses: approve, with: {question: "Go on?"}}
  below: {uses: look, needs: [go], with: {name: below}}
)");
  rely_on_plan(world);
  ASSERT_EQ(world.must_run().exit, ExitCode::parked);
  ASSERT_EQ(world.looked["below"], 1) << "the plan has looked already";
  world.approve("go");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.looked["below"], 2);
}

TEST(PlanLooks, WithOtherParametersThanPlannedAreRepeated) {
  RunWorld world(R"(  first: {uses: look, with: {name: l}, fresh_for: 10s}
  second: {uses: look, with: {name: "s${steps.first.n}"}}
)");
  rely_on_plan(world);
  int looks = 0;
  world.looks["l"] = [&] { return found(Verdict::ok, {{"n", ++looks}}); };
  world.looks["s1"] = [&] {
    world.clock.advance(std::chrono::seconds(20));
    return found(Verdict::ok);
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(looks, 2) << "20 s are too old for its fresh_for";
  EXPECT_EQ(world.looked["s1"], 1);
  EXPECT_EQ(world.looked["s2"], 1);
}

}  // namespace
}  // namespace mxodus
