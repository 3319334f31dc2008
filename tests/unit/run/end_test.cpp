#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/run/run_world.h"

namespace mxodus {
namespace {

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

TEST(End, FromAnotherMachineNamesTheLeaseThatWasNotGivenBack) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  ask: {uses: approve, with: {question: "Go on?"}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  world.approve("ask");
  world.options.laptop = "another";
  const Summary summary = world.must_run();
  EXPECT_EQ(summary.exit, ExitCode::done);
  ASSERT_EQ(summary.kept_leases.size(), 1u);
  EXPECT_EQ(summary.kept_leases[0].host, "new");
  EXPECT_EQ(summary.kept_leases[0].why, "held by ada on laptop");
}

TEST(End, GivenUpFromAnotherMachineNamesTheLeaseToo) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  ask: {uses: approve, with: {question: "Go on?"}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  world.decide(EventType::end, {});
  world.options.laptop = "another";
  EXPECT_EQ(world.must_run().kept_leases.size(), 1u);
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

TEST(End, WithASystemdThatDoesNotAnswerKeepsTheLease) {
  RunWorld world("  first: {uses: make, with: {name: a}}\n");
  end_with_its_job(world, [](FakeJobs& jobs) {
    jobs.no_end = Error{ErrorKind::no_answer, "job.no-systemd", "systemd gives no answer"};
  });
  EXPECT_EQ(world.of("first"), ItemState::in_doubt);
  EXPECT_TRUE(world.on_new.lease) << "its job may still run";
}

TEST(End, OfARunThatAnotherHasTakenOverKeepsNoLease) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  ask: {uses: approve, with: {question: "Go on?"}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  world.on_new.lease->run = "of-another";
  world.decide(EventType::end, {});
  EXPECT_TRUE(world.must_run().kept_leases.empty()) << "that of another run is not ours";
  EXPECT_FALSE(world.state().leases.contains("new"));
  EXPECT_TRUE(world.on_new.lease);
}

TEST(End, WithATokenThatATakeOverElsewhereMadeHigherLeavesNoLease) {
  RunWorld world(R"(  first: {uses: make, with: {name: a}}
  ask: {uses: approve, with: {question: "Go on?"}}
)");
  EXPECT_EQ(world.must_run().exit, ExitCode::parked);
  world.on_new.lease->token -= 1;
  world.approve("ask");
  EXPECT_EQ(world.must_run().exit, ExitCode::done);
  EXPECT_FALSE(world.on_new.lease);
}

TEST(End, AfterASkipOfWhatWasKilledAnywhereLeavesNoLease) {
  int killed_with_a_lease_unknown = 0;
  for (int k = 2; k < 100; ++k) {
    RunWorld world("  first: {uses: make, with: {name: a}}\n");
    if (!world.run_killed_at(k, MemoryJournal::Fault::dies_before)) break;
    if (world.on_new.lease && world.state().leases.empty()) ++killed_with_a_lease_unknown;
    world.on_new.jobs.clear();
    world.decide(EventType::skip, {"first", {}});
    world.must_run();
    EXPECT_EQ(world.state().phase, RunPhase::ended) << k;
    EXPECT_FALSE(world.on_new.lease) << k;
  }
  EXPECT_GT(killed_with_a_lease_unknown, 0);
}

TEST(End, OfAProcessThatWasKilledAnywhereLeavesNoLease) {
  int killed_with_a_lease_unknown = 0;
  for (int k = 2; k < 100; ++k) {  // the first append opens the run
    RunWorld world("  first: {uses: make, with: {name: a}}\n");
    if (!world.run_killed_at(k, MemoryJournal::Fault::dies_before)) break;
    if (world.on_new.lease && world.state().leases.empty()) ++killed_with_a_lease_unknown;
    world.decide(EventType::end, {});
    world.must_run();
    EXPECT_EQ(world.state().phase, RunPhase::ended) << k;
    EXPECT_FALSE(world.on_new.lease) << k;
  }
  EXPECT_GT(killed_with_a_lease_unknown, 0);
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

}  // namespace
}  // namespace mxodus
