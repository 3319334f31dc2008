#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

TEST(Settle, WhatFinishSaysIsNotLostWithTheProcess) {
  bool killed_after_the_work = false;
  for (int k = 1; k < 100; ++k) {
    RunWorld world("  zone: {uses: call, with: {name: z}}\n");
    if (!world.run_killed_at(k, MemoryJournal::Fault::dies_before)) break;
    const bool acted = world.called["z"] == 1;
    killed_after_the_work |= acted && world.of("zone") != ItemState::done;
    EXPECT_EQ(world.must_run().exit, ExitCode::done) << k;
    EXPECT_EQ(world.called["z"], 1) << k;
    const Value outputs = world.state().item({"zone", {}}).outputs;
    ASSERT_TRUE(outputs.find("n")) << k;
    EXPECT_EQ(*outputs.find("n"), Value(2)) << k;
  }
  EXPECT_TRUE(killed_after_the_work);
}

TEST(Settle, AnEndThatCannotBeReadIsReadWhenItsHostIsBack) {
  RunWorld world("  first: {uses: make, host: new, with: {name: a}}\n");
  world.on_new.looks = -1;
  world.on_new.says = "made\n";
  world.on_new.mute = true;
  world.on_wait = [&] { world.on_new.mute = false; };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_EQ(world.on_new.starts["make a"], 1);
  const auto types = world.types();
  EXPECT_EQ(std::count(types.begin(), types.end(), EventType::host_lost), 1);
}

TEST(Settle, AnEndOnAnotherHostThanItsOwnIsNotPutDownToItsOwn) {
  RunWorld world("  both: {uses: make_both, host: new, with: {name: a}}\n");
  world.on_old.looks = world.on_new.looks = -1;
  world.on_old.says = "made\n";
  world.on_old.mute = true;
  world.on_wait = [&] { world.on_old.mute = false; };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  const auto types = world.types();
  EXPECT_EQ(std::count(types.begin(), types.end(), EventType::host_lost), 0);
}

TEST(Settle, WhatAJobSaidBeforeItWasLostMayBeAcceptedAndSilenceMayNot) {
  for (const std::string said : {"", "half of it\n"}) {
    RunWorld world(R"(  first: {uses: make_unseen, with: {name: a}}
  next: {uses: make, needs: [first], with: {name: b}}
  reads: {uses: look, needs: [first], if: not steps.first.n, with: {name: c}}
)");
    world.on_new.says = said;
    world.on_new.ends = [&world](const JobSpec& spec) -> JobState {
      if (spec.title != "make b") return JobLost{"it was killed"};
      world.facts.insert("b");
      return JobDone{0};
    };
    EXPECT_EQ(world.must_run().exit, ExitCode::in_doubt);
    const ItemRecord record = world.state().item({"first", {}});
    ASSERT_EQ(record.state, ItemState::in_doubt);
    EXPECT_EQ(record.evidence.size(), said.empty() ? 0u : 1u);
    EXPECT_EQ(record.reason.find("`accept`") == std::string::npos, said.empty()) << record.reason;
    world.decide(EventType::accept, {"first", {}});
    const Summary after = world.must_run();
    if (said.empty()) {
      EXPECT_EQ(after.exit, ExitCode::in_doubt);
      continue;
    }
    EXPECT_EQ(world.of("next"), ItemState::done);
    EXPECT_EQ(world.of("reads"), ItemState::blocked) << "what it reads nobody knows";
    EXPECT_EQ(world.state().item({"first", {}}).evidence.size(), 1u) << "it stays with what was accepted";
  }
}

/// What another process has left in doubt, and beside it a change that is ready in this one.
class InDoubt : public testing::Test {
 protected:
  explicit InDoubt(const std::string& first)
      : steps_(first + R"(  slow: {uses: command, host: old, needs: [], with: {effect: change, argv: [slow]}}
  other: {uses: command, host: old, needs: [slow], with: {effect: change, argv: [other]}}
)") {}
  InDoubt() : InDoubt("  first: {uses: make_unseen, host: new, with: {name: a}}\n") {}

  void SetUp() override {
    before_.password = "correct horse";
    before_.on_new.ends = [](const JobSpec&) -> JobState { return JobLost{"it was killed"}; };
    before_.on_old.looks = 1'000'000;
    before_.on_wait = [&] {
      if (before_.of("first") == ItemState::in_doubt) before_.stop.request_stop();
    };
    ASSERT_EQ(before_.must_run().exit, ExitCode::interrupted);
    ASSERT_EQ(before_.of("first"), ItemState::in_doubt);
    ASSERT_EQ(before_.of("slow"), ItemState::running);
    world_.disk = before_.disk;
    world_.on_new = before_.on_new;
    world_.on_old = before_.on_old;
    world_.on_old.looks = 1;
    world_.on_old.jobs.begin()->second.looks_left = 0;
  }
  void expect_that_nothing_else_has_begun() {
    EXPECT_EQ(world_.of("slow"), ItemState::done);
    EXPECT_EQ(world_.on_old.starts["other"], 0);
  }

  const std::string steps_;
  RunWorld before_{steps_};
  RunWorld world_{steps_};
};

TEST_F(InDoubt, HoldsWhatChangesWhileItIsLookedForOnceMore) {
  EXPECT_EQ(world_.must_run().exit, ExitCode::in_doubt);
  EXPECT_EQ(world_.of("first"), ItemState::in_doubt);
  expect_that_nothing_else_has_begun();
}

TEST_F(InDoubt, HoldsWhatChangesWhileItsHostIsAskedOnceMore) {
  int waits = 0;
  world_.on_new.silent = true;
  world_.on_wait = [&] {
    if (++waits == 200) world_.stop.request_stop();
  };
  world_.must_run();
  EXPECT_EQ(world_.of("first"), ItemState::reconnecting);
  expect_that_nothing_else_has_begun();
}

TEST_F(InDoubt, IsAcceptedWhileItIsLookedForOnceMore) {
  RunWorld world("  first: {uses: make_unseen, host: new, with: {name: a}}\n");
  world.on_new.says = "half of it\n";
  world.on_new.ends = [](const JobSpec&) -> JobState { return JobLost{"it was killed"}; };
  ASSERT_EQ(world.must_run().exit, ExitCode::in_doubt);
  bool said = false;
  world.on_look = [&](StepContext&) {
    if (!std::exchange(said, true)) world.decide(EventType::accept, {"first", {}});
  };
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_TRUE(said);
  EXPECT_EQ(world.of("first"), ItemState::accepted);
}

class InDoubtWithASecret : public InDoubt {
 protected:
  InDoubtWithASecret()
      : InDoubt(
            "  first:\n    uses: command\n    host: new\n"
            "    with: {effect: change, argv: [tell], secrets: {password: \"${secrets.password}\"}}\n") {}
};

TEST_F(InDoubtWithASecret, HoldsWhatChangesAndTakesAWordWhereTheSecretIsNotToBeHad) {
  EXPECT_EQ(world_.must_run().exit, ExitCode::in_doubt);
  expect_that_nothing_else_has_begun();
  const ItemRecord record = world_.state().item({"first", {}});
  EXPECT_EQ(record.state, ItemState::in_doubt);
  EXPECT_THAT(record.reason, testing::HasSubstr("there is no terminal"));
  world_.decide(EventType::skip, {"first", {}});
  EXPECT_EQ(world_.must_run().exit, ExitCode::done);
  EXPECT_EQ(world_.on_old.starts["other"], 1);
}

/// A job that another process began, with a secret, and that has ended since.
class SecretOfAnotherProcess : public testing::Test {
 protected:
  void SetUp() override {
    before_.password = "correct horse";
    before_.on_new.looks = 1'000'000;
    before_.on_wait = [&] { before_.stop.request_stop(); };
    ASSERT_EQ(before_.must_run().exit, ExitCode::interrupted);
    world_.disk = before_.disk;
    world_.on_new.lease = before_.on_new.lease;
    world_.on_new.jobs = before_.on_new.jobs;
    auto& job = world_.on_new.jobs.begin()->second;
    job.looks_left = 0;
    job.output = "the password is correct horse\n";
    world_.on_new.ends = [](const JobSpec&) -> JobState { return JobDone{1}; };
  }
  std::string told() {
    const ItemRecord record = world_.state().item({"tell", {}});
    return record.sentence + to_string(record.outputs);
  }

  const std::string steps_ =
      "  tell:\n    uses: command\n    host: new\n"
      "    with: {effect: change, argv: [tell], secrets: {password: \"${secrets.password}\"}}\n";
  RunWorld before_{steps_};
  RunWorld world_{steps_};
};

TEST_F(SecretOfAnotherProcess, IsKnownBeforeTheOutputOfItsJobIsRead) {
  world_.password = "correct horse";
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  EXPECT_THAT(told(), testing::HasSubstr("the password is [secret password]"));
}

TEST_F(SecretOfAnotherProcess, ThatIsNotToBeHadIsWaitedForAndNothingIsRead) {
  const Summary summary = world_.must_run();
  EXPECT_EQ(summary.exit, ExitCode::parked);
  EXPECT_THAT(world_.state().item({"tell", {}}).reason, testing::HasSubstr("there is no terminal"));
  EXPECT_EQ(summary.going_on.size(), 1u) << "its job may run";
  EXPECT_EQ(world_.going_on().size(), 1u) << "nothing is taken back under it";
  world_.decide(EventType::cancel, {"tell", {}});
  world_.must_run();
  EXPECT_TRUE(world_.state().refused_decisions.empty()) << "nobody has answered it yet";
  world_.password = "correct horse";
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world_.of("tell"), ItemState::cancelled);
  EXPECT_THAT(told(), testing::Not(testing::HasSubstr("correct horse")));
}

TEST_F(SecretOfAnotherProcess, IsAskedForOnceMoreBeforeTheStepIsSkipped) {
  ASSERT_EQ(world_.must_run().exit, ExitCode::parked);
  world_.on_new.jobs.begin()->second.looks_left = 20;
  world_.password = "correct horse";
  world_.decide(EventType::skip, {"tell", {}});
  EXPECT_EQ(world_.must_run().exit, ExitCode::failed);
  EXPECT_EQ(world_.of("tell"), ItemState::failed) << "it was running: `cancel` it first";
  EXPECT_EQ(world_.state().refused_decisions.size(), 1u);
}

TEST_F(SecretOfAnotherProcess, ThatIsNotToBeHadLetsTheStepBeSkipped) {
  ASSERT_EQ(world_.must_run().exit, ExitCode::parked);
  world_.decide(EventType::skip, {"tell", {}});
  EXPECT_EQ(world_.must_run().exit, ExitCode::done);
  EXPECT_EQ(world_.of("tell"), ItemState::skipped);
}

}  // namespace
}  // namespace mxodus
