#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/run/decisions.h"
#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

constexpr const char* kRestore = R"(  restore: {uses: make, with: {name: a}}
  reindex: {uses: make, with: {name: b}}
  last: {uses: make, with: {name: c}}
)";

/// `restore` again, said while `reindex` runs.
void retry_restore_while_reindex_runs(RunWorld& world, bool& said) {
  world.on_new.looks = 10;
  world.on_wait = [&] {
    if (said || world.of("reindex") != ItemState::running) return;
    said = true;
    world.decide(EventType::retry, {"restore", {}});
  };
}

TEST(Retry, OfWhatSomethingThatRunsRestsOnIsRefused) {
  RunWorld world(kRestore);
  bool said = false;
  retry_restore_while_reindex_runs(world, said);
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  ASSERT_TRUE(said);
  ASSERT_EQ(world.state().refused_decisions.size(), 1u);
  EXPECT_THAT(world.state().refused_decisions[0].text,
              HasSubstr("reindex rests on it and runs; `cancel` it first"));
  EXPECT_EQ(world.on_new.starts["make a"], 1);
}

TEST(Retry, OnceWhatRestsOnItIsCancelledRepeatsBoth) {
  RunWorld world(kRestore);
  world.on_new.looks = 10;
  bool said = false;
  world.on_wait = [&] {
    if (said || world.of("reindex") != ItemState::running) return;
    said = true;
    world.decide(EventType::cancel, {"reindex", {}});
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::failed);
  world.facts.clear();
  world.decide(EventType::retry, {"restore", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts, (std::map<std::string, int>{{"make a", 2}, {"make b", 2}, {"make c", 1}}));
}

TEST(Retry, SaidAfterTheCancelOfWhatRestsOnItWaitsForItsEnd) {
  for (const bool live : {true, false}) {
    RunWorld world(kRestore);
    world.on_new.looks = 10;
    bool said = false;
    world.on_wait = [&] {
      if (said || world.of("reindex") != ItemState::running) return;
      said = true;
      if (!live) world.stop.request_stop();
      world.facts.clear();
      world.decide(EventType::cancel, {"reindex", {}});
      world.decide(EventType::retry, {"restore", {}});
    };
    Summary summary = world.must_run();
    if (!live) {
      ASSERT_EQ(summary.exit, ExitCode::interrupted);
      world.stop = {};
      summary = world.must_run();
    }
    EXPECT_EQ(summary.exit, ExitCode::done) << live;
    EXPECT_TRUE(world.state().refused_decisions.empty()) << live;
    EXPECT_EQ(world.on_new.starts, (std::map<std::string, int>{{"make a", 2}, {"make b", 2}, {"make c", 1}}));
  }
}

TEST(Retry, OfWhatSomethingThatAnotherProcessHasBegunRestsOnIsRefused) {
  RunWorld world(kRestore);
  world.on_new.looks = 1'000'000;
  world.on_new.jobs.clear();
  world.on_wait = [&] {
    for (auto& [id, job] : world.on_new.jobs)
      if (job.spec.title == "make a") job.looks_left = 0;
    if (world.of("reindex") == ItemState::running) world.stop.request_stop();
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::interrupted);
  world.stop = {};
  world.on_wait = {};
  world.decide(EventType::retry, {"restore", {}});
  const char* edited = R"(  restore: {uses: make, with: {name: other}}
  reindex: {uses: make, with: {name: b}}
  last: {uses: make, with: {name: c}}
)";
  const RevisionCheck check = world.compare_with(edited);
  ASSERT_EQ(check.conflicts.size(), 1u) << "the word is going to be refused";
  EXPECT_THAT(check.conflicts[0].not_ended, testing::ElementsAre("reindex"));

  for (auto& [id, job] : world.on_new.jobs) job.looks_left = 1;
  world.on_new.looks = 1;
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  ASSERT_EQ(world.state().refused_decisions.size(), 1u);
  EXPECT_THAT(world.state().refused_decisions[0].text, HasSubstr("reindex rests on it and was begun"));
  EXPECT_EQ(world.on_new.starts["make a"], 1);
  world.decide(EventType::retry, {"restore", {}});
  EXPECT_TRUE(world.compare_with(edited).conflicts.empty());
}

TEST(Retry, OfWhatSomethingInDoubtRestsOnIsRefused) {
  RunWorld world(R"(  restore: {uses: make, with: {name: a}}
  reindex: {uses: make_unseen, with: {name: b}}
)");
  world.on_new.ends = [&world](const JobSpec& spec) -> JobState {
    if (spec.title != "make a") return JobLost{"it was killed"};
    world.facts.insert("a");
    return JobDone{0};
  };
  ASSERT_EQ(world.must_run().exit, ExitCode::in_doubt);
  world.decide(EventType::retry, {"restore", {}});
  EXPECT_EQ(world.must_run().exit, ExitCode::in_doubt);
  ASSERT_EQ(world.state().refused_decisions.size(), 1u);
  EXPECT_THAT(world.state().refused_decisions[0].text, HasSubstr("reindex rests on it and is in doubt"));
  EXPECT_EQ(world.of("restore"), ItemState::done);
}

TEST(Retry, SaidWhileWhatRestsOnItIsLookedAtRepeatsThatLookToo) {
  RunWorld world(R"(  restore: {uses: make, with: {name: a}}
  verify: {uses: look, needs: [restore], with: {name: v}}
  beside: {uses: look, needs: [restore], with: {name: w}}
)");
  world.one_at_a_time = true;
  bool said = false;
  std::set<std::string> looked_anew;
  world.on_look = [&](StepContext& context) {
    const std::string name = context.params().text("name");
    if (name == "a") return;
    if (world.on_new.starts["make a"] == 2) looked_anew.insert(name);
    if (said || world.of("restore") != ItemState::done) return;
    said = true;
    world.facts.clear();
    world.decide(EventType::retry, {"restore", {}});
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  ASSERT_TRUE(said);
  EXPECT_EQ(world.on_new.starts["make a"], 2);
  EXPECT_TRUE(world.state().refused_decisions.empty());
  EXPECT_EQ(looked_anew, (std::set<std::string>{"v", "w"}));
}

}  // namespace
}  // namespace mxodus
