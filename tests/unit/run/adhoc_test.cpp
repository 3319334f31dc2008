#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

/// A run that waits for a person, so that there is time to type something.
constexpr const char* kSteps = R"(  first: {uses: make, with: {name: a}}
  go: {uses: approve, with: {question: "Go on?"}}
  second: {uses: make, with: {name: b}}
)";

constexpr const char* kItem = "do.1";

RunWorld& parked(RunWorld& world) {
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  return world;
}

std::ptrdiff_t place_of(const std::vector<EventType>& types, EventType type) {
  return std::find(types.rbegin(), types.rend(), type) - types.rbegin();
}

TEST(AdhocStep, IsWrittenDownBeforeItActsAndIsAJobUnderTheRunsLease) {
  RunWorld world(kSteps);
  parked(world);
  const auto done = world.type("new", {"touch", "x"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["touch x"], 1);
  EXPECT_TRUE(world.on_new.jobs.contains("r1.do.1.1"));
  ASSERT_TRUE(world.on_new.lease);
  EXPECT_EQ(world.on_new.lease->run, "r1");
  const auto types = world.types();
  EXPECT_GT(place_of(types, EventType::adhoc), place_of(types, EventType::attempt_intent));
  EXPECT_GT(place_of(types, EventType::attempt_intent), place_of(types, EventType::attempt_result));
  const ItemRecord record = world.state().item({kItem, {}});
  EXPECT_EQ(record.adhoc->who, "ada");
  EXPECT_EQ(*record.outputs.find("exit_status"), Value(std::int64_t{0}));
}

TEST(AdhocStep, RefusedByALeaseIsTypedAgainAndMovesNoRunOn) {
  RunWorld world(kSteps);
  parked(world);
  world.on_new.refuses =
      Error{ErrorKind::refused, "lease.held", "host new is held", {}, {}, "use --take-over 17 --why …"};
  const Summary refused = *world.type("new", {"touch", "a b"});
  EXPECT_EQ(refused.exit, ExitCode::refused);
  EXPECT_EQ(refused.next.instead,
            "mxodus do --run r1 new --effect change --why because --take-over 17 -- touch 'a b'");
}

TEST(AdhocStep, MovesNothingElseOfTheRun) {
  RunWorld world(kSteps);
  parked(world).approve("go");
  ASSERT_TRUE(world.type("new", {"touch", "x"}));
  EXPECT_EQ(world.of("go"), ItemState::gate);
  EXPECT_EQ(world.attempts("second"), 0);
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(AdhocStep, ThatFailsSaysSoAndHoldsNothingBack) {
  RunWorld world(kSteps);
  parked(world).approve("go");
  world.breaks = {"x"};
  const auto failed = world.type("new", {"touch", "x"});
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->exit, ExitCode::failed);
  EXPECT_EQ(world.of(kItem), ItemState::failed);
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(AdhocStep, ThatOnlyObservesGoesThroughTheReaderAndStartsNoJob) {
  RunWorld world(kSteps);
  parked(world);
  world.new_host.expect({"postqueue", "-p"}, exited(0, "Mail queue is empty\n"));
  const auto seen = world.type("new", {"postqueue", "-p"}, Effect::observe);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->exit, ExitCode::done);
  EXPECT_EQ(*seen->outputs->find("stdout"), Value("Mail queue is empty\n"));
  EXPECT_EQ(world.on_new.starts.size(), 1u) << "only the job of `first`";
}

TEST(AdhocStep, TakesItsWordsAsTheyAre) {
  RunWorld world(kSteps);
  parked(world);
  const std::vector<std::string> argv = {"echo", "${inputs.people}", "$${x}", "$PATH", "${"};
  world.new_host.expect(argv, exited(0));
  const auto seen = world.type("new", argv, Effect::observe);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->exit, ExitCode::done);
}

TEST(AdhocStep, WhoseHostDoesNotAnswerIsUnknownAndIsNotBegunLater) {
  RunWorld world(kSteps);
  world.old_is_down = true;
  parked(world);
  const auto lost = world.type("old", {"touch", "x"});
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->exit, ExitCode::in_doubt);
  EXPECT_THAT(lost->next.command, HasSubstr("mxodus approve go"));
  EXPECT_EQ(world.of(kItem), ItemState::skipped);
  EXPECT_THAT(world.state().item({kItem, {}}).reason, HasSubstr("not begun"));
  world.old_is_down = false;
  world.must_run();
  EXPECT_TRUE(world.on_old.starts.empty());
}

TEST(AdhocStep, IsRefusedByAHostThatAnotherRunHolds) {
  RunWorld world(kSteps);
  parked(world);
  Lease other;
  other.run = "r0";
  other.who = "bob";
  other.laptop = "other";
  world.on_new.lease = other;
  const auto refused = world.type("new", {"touch", "x"});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->exit, ExitCode::refused);
  EXPECT_THAT(refused->reason, HasSubstr("held by bob on other"));
  EXPECT_FALSE(world.on_new.jobs.contains("r1.do.1.1"));
}

TEST(AdhocStep, InterruptedLeavesItsJobOnTheHostAndResumeTakesItUp) {
  RunWorld world(kSteps);
  parked(world);
  world.on_new.looks = 1000;
  world.on_wait = [&] {
    if (world.on_new.jobs.contains("r1.do.1.1")) world.stop.request_stop();
  };
  const auto left = world.type("new", {"touch", "x"});
  ASSERT_TRUE(left);
  EXPECT_EQ(left->exit, ExitCode::interrupted);
  ASSERT_EQ(left->going_on.size(), 1u);
  EXPECT_EQ(left->going_on[0].job, "r1.do.1.1");

  world.stop = {};
  world.on_wait = {};
  world.on_new.jobs["r1.do.1.1"].looks_left = 1;
  world.must_run();
  EXPECT_EQ(world.of(kItem), ItemState::done);
  EXPECT_EQ(world.on_new.starts["touch x"], 1);
}

/// Killed before or after each of its appends: whatever begins next, resume or another `do`, the command has
/// run once at most, and its record has an end.
TEST(AdhocStep, KilledAnywhereIsSettledByItsJobAndRunsOnceAtMost) {
  for (const auto fault : {MemoryJournal::Fault::dies_before, MemoryJournal::Fault::dies_after})
    for (const bool typed_again : {false, true})
      for (int k = 1;; ++k) {
        SCOPED_TRACE(testing::Message() << "append " << k << ", fault " << static_cast<int>(fault)
                                        << (typed_again ? ", then do" : ", then resume"));
        RunWorld world(kSteps);
        parked(world);
        if (!world.typed_and_killed_at(k, fault, {"touch", "x"})) {
          EXPECT_GE(k, 4) << "adhoc, intent and result at least";
          break;
        }
        if (typed_again) {
          world.new_host.allow("true", exited(0));
          ASSERT_TRUE(world.type("new", {"true"}, Effect::observe));
        }
        world.must_run();
        EXPECT_LE(world.on_new.starts["touch x"], 1);
        const ItemRecord record = world.state().item({kItem, {}});
        // Killed before anything was durable; the next `do` may have its number then.
        if (!record.adhoc || record.adhoc->argv.front() != "touch") continue;
        EXPECT_TRUE(has_ended(record.state)) << to_string(record.state);
        EXPECT_EQ(record.state == ItemState::done, world.on_new.starts["touch x"] == 1);
      }
}

TEST(AdhocStep, WithoutAnEndKeepsTheRunFromEnding) {
  RunWorld world(kSteps);
  parked(world).approve("go");
  world.on_new.ends = [&](const JobSpec& spec) -> JobState {
    if (spec.script.starts_with("touch")) return JobLost{"rebooted"};
    world.facts.insert("b");
    return JobDone{0};
  };
  const auto lost = world.type("new", {"touch", "x"});
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->exit, ExitCode::in_doubt);
  EXPECT_EQ(world.must_run().exit, ExitCode::in_doubt);
  world.decide(EventType::skip, {kItem, {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
}

TEST(AdhocStep, IsListedByRollbackAsAChangeWithoutAnUndoOrAsPermanent) {
  RunWorld world(kSteps);
  parked(world);
  ASSERT_TRUE(world.type("new", {"touch", "x"}));
  ASSERT_TRUE(world.type("new", {"touch", "y"}, Effect::permanent));
  const RollbackPlan plan = world.rollback_plan();
  ASSERT_EQ(plan.without_undo.size(), 1u);
  EXPECT_EQ(plan.without_undo[0].id.step, kItem);
  ASSERT_EQ(plan.not_undone.size(), 1u);
  EXPECT_EQ(plan.not_undone[0].id.step, "do.2");
  EXPECT_EQ(world.roll_back()->exit, ExitCode::done);
}

TEST(AdhocStep, IsNotRepeatedByRetry) {
  RunWorld world(kSteps);
  parked(world);
  world.breaks = {"x"};
  ASSERT_TRUE(world.type("new", {"touch", "x"}));
  world.decide(EventType::retry, {kItem, {}});
  world.must_run();
  EXPECT_EQ(world.on_new.starts["touch x"], 1);
  ASSERT_EQ(world.state().refused_decisions.size(), 1u);
  EXPECT_THAT(world.state().refused_decisions[0].text, HasSubstr("type it again"));
}

}  // namespace
}  // namespace mxodus
