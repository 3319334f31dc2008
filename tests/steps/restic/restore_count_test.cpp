#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/process.h"
#include "steps/restic/target.h"
#include "steps/support/asking.h"
#include "steps/support/scripts.h"
#include "tests/steps/restic/restore_fixture.h"

namespace mxodus {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// A restore of which nobody knows beforehand how much it is, in a process that has not seen the snapshot.
class ResticRestoreCount : public ResticRestore {
 protected:
  const std::string absent = std::string("kind absent\n") + room;
  const std::string too_slow = "0 0 0 0 124\n";

  /// What `restic snapshots ID` lists, by 0.17 and later.
  static std::string entry(const std::string& paths, std::int64_t files = 3, std::int64_t bytes = 12) {
    return snapshot_entry(paths, R"(,"summary":{"dirs_new":4,"total_files_processed":)" +
                                     std::to_string(files) + R"(,"total_bytes_processed":)" +
                                     std::to_string(bytes) + "}");
  }
  /// What restic lists of the snapshot in the job.
  std::string listing(int files) const {
    std::string nodes;
    for (const char* folder : {"/mail", "/mail/acme.test"})
      nodes += R"({"type":"dir","path":")" + std::string(folder) + R"(","struct_type":"node"})" + "\n";
    for (int i = 0; i < files; ++i)
      nodes += R"({"type":"file","size":4,"struct_type":"node"})"
               "\n";
    return "cat <<'END'\n" + nodes + "END\ntrue";
  }
  Result<Finding> restored(FakeContext& step, const StepPlan& plan) {
    return type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  }
  std::string complete(const std::string& more) const {
    return "kind folder\nwhat " + what + "\nstate complete\nrestored 3 1 0 12\n" + more + "count 3 1 0 12\n" +
           room;
  }
};

TEST_F(ResticRestoreCount, AskedAnewTheSnapshotSaysOfItselfWhatWasRemembered) {
  summary_said = entry(R"(["/mail"])");
  host_shows(absent);
  const StepPlan plan = planned(context());
  EXPECT_THAT(plan.summary, HasSubstr("restore 9644354b:/mail, 3 files, 12 B"));
  EXPECT_EQ(listings(), 0);
  planned(context());
  EXPECT_EQ(asked("--json snapshots"), 1) << "once for as long as the process lives";

  const auto other = make_restic_restore(std::make_shared<SnapshotCounts>(), holders);
  const auto again = other->plan(context().params(), *other->probe(context()));
  EXPECT_EQ(again->apply, plan.apply) << "what was approved is what is seen after a resume";
}

TEST_F(ResticRestoreCount, WhatIsRememberedIsNotAskedForAgain) {
  snapshot_says(3, 12);
  host_shows(absent);
  planned(context());
  EXPECT_EQ(asked("--json snapshots"), 0);
}

TEST_F(ResticRestoreCount, ASummaryOfSeveralPathsIsNotThatOfOne) {
  summary_said = entry(R"(["/etc", "/mail"])", 5000, 90000);
  host_says(absent);
  EXPECT_THAT(planned(context()).summary, HasSubstr("3 files, 12 B"));
  EXPECT_EQ(listings(), 1);
}

TEST_F(ResticRestoreCount, TreesTooSlowToReadAreNoReasonNotToRestore) {
  host_says(absent, "restic 0.18.0", too_slow);
  restic_on_host("printf cccc >$3/acme.test/c", listing(3));
  auto& step = context();
  const StepPlan plan = planned(step);
  EXPECT_EQ(asked("timeout 30 restic"), 1) << "a plan has 60 s for a look";
  EXPECT_EQ(plan.action, PlanAction::change);
  EXPECT_FALSE(plan.would_fail) << *plan.would_fail;
  EXPECT_FALSE(plan.bytes);
  EXPECT_THAT(plan.summary, HasSubstr("restore 9644354b:/mail, not counted, to new:"));
  EXPECT_THAT(plan.warnings, Contains(HasSubstr("100 GiB free, is not compared")));

  const auto found = restored(step, plan);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(listings(), 1) << "the job itself has counted";
}

TEST_F(ResticRestoreCount, WhatNobodyCountedBeforeIsStillMissedAfterwards) {
  host_says(absent, "restic 0.18.0", too_slow);
  restic_on_host("exit 0", listing(3));
  auto& step = context();
  const auto found = restored(step, planned(step));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("holds 2 files, 8 B where the snapshot holds 3 files, 12 B"));
}

TEST_F(ResticRestoreCount, AFolderThatTheSnapshotDoesNotHoldIsSeenAfterwards) {
  host_says(absent, "restic 0.14.0", too_slow);
  restic_on_host("rm -r $3/acme.test", "true");
  auto& step = context();
  const auto found = restored(step, planned(step));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("/mail is no folder in snapshot 9644354b"));
}

TEST_F(ResticRestoreCount, WhereTheJobCouldNotCountTheTreesAreReadOnceMore) {
  host_says(absent, "restic 0.18.0", too_slow);
  host.expect_matching("--json ls", exited(0, "3 2 0 12 0\n"))
      .expect_matching("--json ls", exited(0, too_slow));
  restic_on_host();
  auto& step = context();
  const StepPlan plan = planned(step);
  const WorkResult result = jobs.run(*type->apply(step.params(), plan));
  EXPECT_EQ(type->finish(step, plan, result)->verdict, Verdict::ok);
  const auto later = make_restic_restore(std::make_shared<SnapshotCounts>(), holders);
  const auto found = later->finish(step, plan, result);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::no_answer) << "neither done nor failed";
}

TEST_F(ResticRestoreCount, TheJobCountsWhereItIsNotWhatTheSummarySays) {
  snapshot_says(4, 16);
  host_shows(absent);
  restic_on_host("printf cccc >$3/acme.test/c", listing(3));
  auto& step = context();
  const auto found = restored(step, planned(step));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(listings(), 0);
}

TEST_F(ResticRestoreCount, NothingIsCountedInTheJobWhereTheSummaryFits) {
  snapshot_says(3, 12);
  host_shows(absent);
  restic_on_host("printf cccc >$3/acme.test/c", listing(3));
  auto& step = context();
  const WorkResult result = jobs.run(*type->apply(step.params(), planned(step)));
  EXPECT_THAT(result.jobs[0].output, testing::Not(HasSubstr("the snapshot holds")));
}

TEST_F(ResticRestoreCount, PatternsAreComparedWithNothingAndCountNothing) {
  snapshot_says(4000, 16000);
  host_shows(absent);
  restic_on_host("printf cccc >$3/acme.test/c", listing(3));
  auto& step = context(R"(, "include": ["/acme.test"])");
  const auto found = restored(step, planned(step));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(listings(), 0);
}

TEST_F(ResticRestoreCount, ALaterLookKnowsWhatTheJobCounted) {
  host_says(absent, "restic 0.18.0", too_slow);
  restic_on_host("printf cccc >$3/acme.test/c", listing(3));
  auto& step = context();
  restored(step, planned(step));
  const Command look =
      sighted_command(scripts::restic_look, {target.string(), restore_mark(target.string())});
  const auto said = run_process(look, Deadline(std::chrono::seconds(60)));
  ASSERT_TRUE(said && said->exited_with(0));
  EXPECT_EQ(parse_restore_target(said->out, what)->held, (TreeCount{3, 2, 0, 12}));

  host_shows(said->out);
  const auto found = type->probe(step);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(listings(), 1);
}

TEST_F(ResticRestoreCount, WhatTheRestoreLeftStandsForTreesTooSlowToReadIfTheSummaryFits) {
  summary_said = entry(R"(["/mail"])");
  host_says(complete(""), "restic 0.18.0", too_slow);
  const auto found = type->probe(context());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(*found->state.find("left"), *found->state.find("recorded"));
}

TEST_F(ResticRestoreCount, WithoutASummaryNobodyKnowsWhetherAllIsThere) {
  host_says(complete(""), "restic 0.18.0", too_slow);
  const auto found = type->probe(context());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "restic.slow");
  EXPECT_EQ(found.error().kind, ErrorKind::no_answer);
}

TEST_F(ResticRestoreCount, AnEarlierTryTooLargeToCountIsGoneOnWith) {
  snapshot_says(1000, 200'000'000'000);
  host_shows("kind folder\nwhat " + what + "\nstate begun\nuncounted\n" + room);
  const StepPlan plan = planned(context());
  EXPECT_FALSE(plan.would_fail) << *plan.would_fail;
  EXPECT_THAT(plan.warnings, Contains(HasSubstr("what an earlier try left takes longer to count")));
}

TEST_F(ResticRestoreCount, OnlyWhatIsToBeGoneOnWithIsCountedForALimitedTime) {
  std::filesystem::create_directories(target / "acme.test");
  jobs.program("timeout", "[ $1 = 0 ] || exit 124\nshift\nexec \"$@\"\n");
  const std::string mark = restore_mark(target.string());
  Command look = sighted_command(scripts::restic_look, {target.string(), mark});
  look.env["PATH"] = jobs.path_with_programs();
  for (const char* state : {"begun", "complete"}) {
    std::ofstream(mark) << what << "\n" << state << "\nabsent\n\n\n";
    const auto said = run_process(look, Deadline(std::chrono::seconds(60)));
    ASSERT_TRUE(said && said->exited_with(0));
    const auto seen = parse_restore_target(said->out, what);
    ASSERT_TRUE(seen) << said->out;
    EXPECT_EQ(seen->counted, std::string(state) == "complete") << said->out;
  }
}

}  // namespace
}  // namespace mxodus
