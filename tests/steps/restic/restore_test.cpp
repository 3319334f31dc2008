#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/transport/local_host.h"
#include "steps/restic/restore_output.h"
#include "steps/restic/snapshots.h"
#include "steps/restic/target.h"
#include "steps/support/asking.h"
#include "steps/support/scripts.h"
#include "tests/steps/fixture.h"
#include "tests/steps/restic/restore_fixture.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

TEST_F(ResticRestore, PlansWhatItWouldRestoreWithTheBytesAndNoSecret) {
  host_says(std::string("kind absent\n") + room);
  auto& step = context();
  const StepPlan plan = planned(step);
  EXPECT_EQ(plan.action, PlanAction::change);
  EXPECT_FALSE(plan.would_fail) << *plan.would_fail;
  EXPECT_EQ(plan.bytes, Size{12});
  EXPECT_THAT(plan.summary, HasSubstr("restore 9644354b:/mail, 3 files, 12 B"));
  const auto work = type->apply(step.params(), plan);
  const JobSpec& job = std::get<JobWork>(*work).jobs.at(0);
  EXPECT_EQ(job.host, "new");
  EXPECT_EQ(job.secrets, (std::map<std::string, std::string>{{"restic_password", "pw"}}));
  EXPECT_THAT(job.script, Not(HasSubstr("canary")));
}

TEST_F(ResticRestore, RestoresIntoAFolderThatIsNotThereYet) {
  host_says(std::string("kind absent\n") + room);
  restic_on_host();
  auto& step = context();
  const StepPlan plan = planned(step);
  const WorkResult result = jobs.run(*type->apply(step.params(), plan));
  const auto found = type->finish(step, plan, result);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence << result.jobs[0].output;
  EXPECT_EQ(found->outputs.at("files"), Value(3));
  EXPECT_TRUE(fs::exists(target / "acme.test" / "c"));
  EXPECT_TRUE(fs::exists(restore_mark(target.string())));
}

TEST_F(ResticRestore, OldResticRestoresBesideAndMovesUp) {
  host_says(std::string("kind absent\n") + room, "restic 0.14.0");
  restic_on_host();
  auto& step = context();
  const StepPlan plan = planned(step);
  const WorkResult result = jobs.run(*type->apply(step.params(), plan));
  EXPECT_EQ(type->finish(step, plan, result)->verdict, Verdict::ok) << result.jobs[0].output;
  EXPECT_TRUE(fs::exists(target / "acme.test" / "c")) << "and not target/mail/acme.test";
  EXPECT_FALSE(fs::exists(target / ".mxodus-staging"));
}

TEST_F(ResticRestore, OldResticGoesOnWhereATryWasCutOffWhileItMovedUp) {
  host_says(std::string("kind absent\n") + room, "restic 0.14.0");
  restic_on_host("exit 1");
  auto& step = context();
  const StepPlan plan = planned(step);
  EXPECT_EQ(exit_status(jobs.run(*type->apply(step.params(), plan)).jobs[0]), 1);
  fs::rename(target / ".mxodus-staging" / "mail" / "acme.test", target / "acme.test");
  restic_on_host();
  const WorkResult result = jobs.run(*type->apply(step.params(), plan));
  EXPECT_EQ(type->finish(step, plan, result)->verdict, Verdict::ok) << result.jobs[0].output;
  EXPECT_TRUE(fs::exists(target / "acme.test" / "c"));
  EXPECT_FALSE(fs::exists(target / ".mxodus-staging"));
}

TEST_F(ResticRestore, DoesNotBelieveResticsExitStatusAlone) {
  host_says(std::string("kind absent\n") + room);
  restic_on_host("exit 0");
  auto& step = context();
  const StepPlan plan = planned(step);
  const auto found = type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("holds 2 files, 8 B where the snapshot holds 3 files, 12 B"));
}

TEST_F(ResticRestore, RefusesAFolderThatHoldsSomethingElse) {
  fs::create_directories(target / "somebody");
  host_says(std::string("kind folder\n") + room);
  host_says(std::string("kind absent\n") + room);
  restic_on_host();
  auto& step = context();
  EXPECT_THAT(*planned(step).would_fail, HasSubstr("is not empty and nothing of this step is in it"));
  // What came into the folder after the plan is seen by the job itself.
  const StepPlan plan = planned(step);
  const auto found = type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("is not empty"));
  EXPECT_FALSE(fs::exists(target / "acme.test"));
}

TEST_F(ResticRestore, GoesOnWhereItsOwnEarlierTryStopped) {
  host_says(std::string("kind absent\n") + room);
  restic_on_host("exit 1");
  auto& step = context();
  const StepPlan plan = planned(step);
  EXPECT_EQ(exit_status(jobs.run(*type->apply(step.params(), plan)).jobs[0]), 1);
  restic_on_host();
  const auto found = type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
}

TEST_F(ResticRestore, WhatIsRestoredAlreadyIsNotRestoredAgain) {
  host_says("kind folder\nwhat " + what + "\nstate complete\ncount 3 1 0 12\n" + room);
  auto& step = context();
  const auto found = type->probe(step);
  const auto plan = type->plan(step.params(), *found);
  EXPECT_EQ(plan->action, PlanAction::none);
  EXPECT_EQ(found->outputs.at("files"), Value(3));
}

TEST_F(ResticRestore, WhatHasGoneSinceIsNotPassedOver) {
  host_says("kind folder\nwhat " + what + "\nstate complete\ncount 1 1 0 4\ntouched\n" + room);
  const auto found = type->probe(context());
  EXPECT_EQ(found->verdict, Verdict::warn);
  EXPECT_THAT(found->sentence, HasSubstr("1 files, 4 B, changed since: the snapshot holds 3 files, 12 B"));
}

TEST_F(ResticRestore, WhatTheRestoreItselfLeftOutFailsTheNextTryToo) {
  const std::string head = "kind folder\nwhat " + what;
  host_says(head + "\nstate complete\nrestored 2 1 0 8\ncount 2 1 0 8\n" + room);
  host_says(head + "/acme.tset\nstate complete\nrestored 0 0 0 0\ncount 1 1 0 4\n" + room);
  for (const char* more : {"", R"(, "include": ["/acme.tset"])"}) {
    auto& step = context(more);
    const StepPlan plan = planned(step);
    EXPECT_EQ(plan.action, PlanAction::none);
    ASSERT_TRUE(plan.would_fail) << plan.summary;
    EXPECT_THAT(*plan.would_fail, HasSubstr("remove " + target.string() + " and restore again"));
  }
}

TEST_F(ResticRestore, WhatHasGoneSinceAWholeRestoreIsAWarning) {
  host_says("kind folder\nwhat " + what + "\nstate complete\nrestored 3 1 0 12\ncount 1 1 0 4\ntouched\n" +
            room);
  EXPECT_EQ(type->probe(context())->verdict, Verdict::warn);
}

TEST_F(ResticRestore, ALaterLookKnowsWhatTheRestoreItselfPutThere) {
  host_says(std::string("kind absent\n") + room);
  restic_on_host("exit 0");
  auto& step = context();
  const StepPlan plan = planned(step);
  EXPECT_EQ(type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)))->verdict, Verdict::fail);
  std::ofstream(target / "acme.test" / "new-mail") << "xxxx";
  LocalHost here({.name = "new", .local = true});
  const auto look =
      ask_text(here, sighted_command(scripts::restic_look, {target.string(), restore_mark(target.string())}),
               "what is there", Deadline(std::chrono::seconds(60)));
  ASSERT_TRUE(look) << look.error().message;
  const auto seen = parse_restore_target(*look, what);
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->kind, RestoreTarget::Kind::complete);
  EXPECT_EQ(seen->restored, (TreeCount{2, 1, 0, 8}));
  EXPECT_EQ(seen->count.files, 3);
}

TEST_F(ResticRestore, FilesThatResticNamesAsPassedOverAreTriedAgain) {
  host_says(std::string("kind absent\n") + room);
  restic_on_host(R"(echo '{"message_type":"error","error":{"message":"no"},"item":"/mail/c"}' >&2)");
  auto& step = context();
  const StepPlan plan = planned(step);
  const auto first = type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  EXPECT_THAT(first->sentence, HasSubstr("reported 1 errors"));
  restic_on_host();
  const auto second = type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  EXPECT_EQ(second->verdict, Verdict::ok) << second->sentence;
}

TEST_F(ResticRestore, NothingIsWrittenThroughALinkThatStandsBesideTheTarget) {
  const fs::path elsewhere = jobs.scratch("elsewhere");
  std::ofstream(elsewhere) << "mine";
  fs::create_symlink(elsewhere, restore_mark(target.string()) + ".new");
  host_says(std::string("kind absent\n") + room);
  restic_on_host();
  auto& step = context();
  const StepPlan plan = planned(step);
  const auto found = type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(fs::file_size(elsewhere), 4u);
}

TEST_F(ResticRestore, WarnsOfALockThatNobodyShares) {
  const std::string shared(64, 'a'), alone(64, 'b');
  host.expect_matching("list locks", exited(0, shared + "\n" + alone + "\n"))
      .expect_matching("cat lock " + shared, exited(0, R"({"exclusive":false,"hostname":"old"})"))
      .expect_matching("cat lock " + alone,
                       exited(0, R"({"exclusive":true,"hostname":"ananas","time":"2026-11-22T02:46:06Z"})"));
  host_says(std::string("kind absent\n") + room);
  const StepPlan plan = planned(context());
  EXPECT_THAT(plan.warnings,
              testing::Contains(HasSubstr("locked for ananas, last renewed 2026-11-22T02:46:06Z")));
  EXPECT_THAT(plan.warnings, testing::Contains(HasSubstr("restic unlock")));
}

TEST_F(ResticRestore, ALockThatComesOrGoesLeavesTheApprovedPlanAsItWas) {
  const std::string lock(64, 'b');
  host.expect_matching("list locks", exited(0, lock + "\n"))
      .expect_matching("list locks", exited(0))
      .expect_matching("cat lock " + lock,
                       exited(0, R"({"exclusive":true,"hostname":"ananas","time":"2026-11-22T02:46:06Z"})"));
  host_says(std::string("kind absent\n") + room);
  auto& step = context();
  const StepPlan asked_of = planned(step);
  step.fake_clock().sleep(std::chrono::hours(1));
  const StepPlan answered = planned(step);
  EXPECT_NE(asked_of.warnings, answered.warnings);
  EXPECT_EQ(asked_of.summary, answered.summary);
  EXPECT_EQ(asked_of.apply, answered.apply);
  EXPECT_EQ(asked_of.undo, answered.undo);
}

TEST_F(ResticRestore, LooksForLocksOnceAMinuteWhoeverAsksForThem) {
  const auto snapshots = make_restic_snapshots(counts, holders);
  host_says(std::string("kind absent\n") + room);
  host.expect_matching("--json snapshots", exited(0, fixture("restic/fixtures/0.18-snapshots.out")));
  FakeContext listing(*snapshots, R"({"repository": "mail"})");
  auto& step = context();
  for (FakeContext* one : {&listing, &step}) {
    one->use_host(host);
    one->add_secret("pw", "canary-of-the-repository");
    one->resources().repositories["mail"] = Repository{"mail", "restic", "/srv/restic", SecretRef{"pw"}, {}};
  }
  ASSERT_TRUE(snapshots->probe(listing));
  planned(step);
  planned(step);
  EXPECT_EQ(asked("list locks"), 1);
  step.fake_clock().sleep(std::chrono::hours(1));
  planned(step);
  EXPECT_EQ(asked("list locks"), 2) << "the laptop has slept";
}

TEST_F(ResticRestore, AFullDiskIsSeenBeforeAnythingBegins) {
  host.allow("--json stats", exited(0, "{\"total_size\":27400000,\"snapshots_count\":1}\n"));
  summary_said = snapshot_entry(R"(["/mail"])");
  host_says("kind absent\nroom 10 4096 6000000 6553600\n", "restic 0.18.0", "4000 100 0 27400000 0\n");
  host_says("kind absent\nroom 26214400 4096 50 6553600\n", "restic 0.18.0", "4000 100 0 27400000 0\n");
  auto& step = context();
  EXPECT_THAT(*planned(step).would_fail, HasSubstr("and has 40.0 KiB free"));
  EXPECT_THAT(*planned(step).would_fail, HasSubstr("inodes and has 50 free"));
}

TEST_F(ResticRestore, AFolderThatTheSnapshotDoesNotHoldIsSeenBefore) {
  host_says(std::string("kind absent\n") + room, "restic 0.18.0", "0 0 0 0 0\n");
  auto& step = context();
  EXPECT_THAT(*planned(step).would_fail, HasSubstr("holds nothing at /mail"));
}

TEST_F(ResticRestore, CountsWithoutWhatTheFileSystemKeepsAtTheTop) {
  host_says(std::string("kind absent\n") + room);
  planned(context());
  const auto calls = host.calls();
  const FakeCall& listing = *std::find_if(calls.begin(), calls.end(), [](const FakeCall& call) {
    return call.text.find("--json ls") != std::string::npos;
  });
  EXPECT_THAT(listing.text, HasSubstr("exit $?\"; } |\n# A quote")) << "the filter reads what restic lists";
  EXPECT_EQ(listing.command.env.at("own"), R"("path":"/mail/lost+found)");
}

TEST_F(ResticRestore, AFileIsNoFolderThatCouldBeRestored) {
  host_says(std::string("kind absent\n") + room, "restic 0.18.0", "1 0 0 12 0\n");
  EXPECT_THAT(*planned(context()).would_fail, HasSubstr("/mail is no folder in snapshot 9644354b"));
}

TEST_F(ResticRestore, PatternsThatNothingFitsHaveRestoredNothing) {
  host_says(std::string("kind absent\n") + room);
  jobs.program("restic", "exit 0\n");
  auto& step = context(R"(, "include": ["/acme.tset"])");
  const StepPlan plan = planned(step);
  EXPECT_THAT(plan.summary, HasSubstr("at most 3 files"));
  const auto found = type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("no file of the snapshot fits `include`"));
}

TEST_F(ResticRestore, WhatAFileSystemKeepsForItselfCountsForNothing) {
  host_says(std::string("kind absent\n") + room);
  restic_on_host("printf cccc >$3/acme.test/c; mkdir $3/lost+found; printf x >$3/lost+found/#12");
  auto& step = context();
  const StepPlan plan = planned(step);
  const auto found = type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  std::ofstream(target / "lost+found.mbox") << "x";
  EXPECT_EQ(exit_status(jobs.run(*type->undo(step.params(), plan.undo, untouched())).jobs[0]), 93)
      << "a file that is only called so is somebody's";
}

TEST_F(ResticRestore, CountsASnapshotOnceBecauseItNeverChanges) {
  host_says(std::string("kind absent\n") + room);
  auto& step = context();
  const std::string first = planned(step).summary;
  EXPECT_EQ(planned(step).summary, first);
  EXPECT_EQ(listings(), 1);
}

TEST_F(ResticRestore, CountsAgainWhereTheSnapshotCouldNotBeRead) {
  host_says(std::string("kind absent\n") + room, "restic 0.18.0", "0 0 0 0 12\n");
  host_says(std::string("kind absent\n") + room);
  auto& step = context();
  EXPECT_EQ(type->probe(step)->verdict, Verdict::fail);
  EXPECT_FALSE(planned(step).would_fail);
  EXPECT_EQ(listings(), 2);
}

TEST_F(ResticRestore, PlansWithWhatTheSnapshotSaysOfItself) {
  snapshot_says(3, 12);
  host_shows(std::string("kind absent\n") + room);
  restic_on_host();
  auto& step = context();
  const StepPlan plan = planned(step);
  EXPECT_THAT(plan.summary, HasSubstr("restore 9644354b:/mail, 3 files, 12 B"));
  const auto found = type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(listings(), 0);
}

TEST_F(ResticRestore, NoSummaryIsBelievedThatMailIsMissing) {
  snapshot_says(4, 16);
  host_says(std::string("kind absent\n") + room);
  restic_on_host();
  auto& step = context();
  const StepPlan plan = planned(step);
  const WorkResult result = jobs.run(*type->apply(step.params(), plan));
  const auto found = type->finish(step, plan, result);
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(listings(), 1);
}

TEST_F(ResticRestore, AFileThatIsMissingAgainstTheSummaryIsMissingAgainstTheTrees) {
  snapshot_says(3, 12);
  host_says(std::string("kind absent\n") + room);
  restic_on_host("exit 0");
  auto& step = context();
  const StepPlan plan = planned(step);
  const auto found = type->finish(step, plan, jobs.run(*type->apply(step.params(), plan)));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("holds 2 files, 8 B where the snapshot holds 3 files, 12 B"));
  EXPECT_EQ(listings(), 1);
}

TEST_F(ResticRestore, WhatIsThereAlreadyIsComparedWithTheTrees) {
  snapshot_says(3, 12);
  host_says("kind folder\nwhat " + what + "\nstate complete\ncount 3 1 0 12\n" + room);
  const auto found = type->probe(context());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(listings(), 1);
  EXPECT_EQ(found->state.get<ValueMap>()->at("left"), found->state.get<ValueMap>()->at("recorded"));
}

TEST_F(ResticRestore, UndoRemovesOnlyWhatNobodyTouched) {
  host_says(std::string("kind absent\n") + room);
  restic_on_host();
  auto& step = context();
  const StepPlan plan = planned(step);
  jobs.run(*type->apply(step.params(), plan));

  FakeHost later("new");
  later.expect_matching("restic version", exited(0, "restic 0.18.0\n"))
      .expect_matching("kind absent",
                       exited(0, "kind folder\nwhat " + what + "\nstate complete\ncount 3 1 0 12\n" + room))
      .expect_matching("kind absent", exited(0, "kind folder\nwhat " + what +
                                                    "\nstate complete\ncount 4 1 0 16\ntouched\n" + room));
  step.use_host(later);
  const auto unchanged = type->probe(step);
  const auto changed = type->probe(step);
  EXPECT_EQ(type->undo(step.params(), plan.undo, *changed).error().kind, ErrorKind::drift);

  const auto work = type->undo(step.params(), plan.undo, *unchanged);
  ASSERT_TRUE(work) << work.error().message;
  // New mail comes between the look and the job: the job looks itself.
  std::ofstream(target / "acme.test" / "new-mail") << "x";
  EXPECT_EQ(exit_status(jobs.run(*work).jobs[0]), 93);
  EXPECT_TRUE(fs::exists(target / "acme.test" / "a"));
}

TEST_F(ResticRestore, UndoTakesTheFolderAwayThatTheStepMade) {
  host_says(std::string("kind absent\n") + room);
  restic_on_host();
  auto& step = context();
  const StepPlan plan = planned(step);
  jobs.run(*type->apply(step.params(), plan));
  fs::create_directory(target / "lost+found");
  fs::last_write_time(target, fs::last_write_time(restore_mark(target.string())));
  fs::last_write_time(target / "lost+found", fs::last_write_time(target));
  const WorkResult undone = jobs.run(*type->undo(step.params(), plan.undo, untouched()));
  EXPECT_EQ(exit_status(undone.jobs[0]), 0) << undone.jobs[0].output;
  EXPECT_FALSE(fs::exists(target));
  EXPECT_FALSE(fs::exists(restore_mark(target.string())));
}

TEST(ResticRestoreCheck, LatestIsNoSnapshotThatAPlanCouldPromise) {
  const auto type = make_restic_restore(std::make_shared<SnapshotCounts>(), std::make_shared<LockHolders>());
  FakeContext latest(*type, R"({"repository": "mail", "snapshot": "latest", "to": "/mnt/ssd/mail"})");
  EXPECT_EQ(type->check(latest.params()).error().code, "restic.snapshot-id");
  FakeContext root(*type, R"({"repository": "mail", "snapshot": "9644354b", "to": "/"})");
  EXPECT_EQ(type->check(root.params()).error().code, "restic.path");
}

TEST(RestoreOutput, ProgressIsTheLastWholeStatus) {
  const std::string recorded = fixture("restic/fixtures/0.18-restore-progress.out");
  const Progress end = parse_restore_progress(recorded);
  EXPECT_EQ(end.done_bytes, 90'000'000);
  EXPECT_EQ(end.note, "60 of 60 files");
  const std::size_t last = recorded.rfind("{\"message_type\":\"summary");
  const Progress middle = parse_restore_progress(recorded.substr(0, last + 40));
  EXPECT_GT(*middle.fraction, 0.1);
  EXPECT_LT(*middle.fraction, 1.0);
  EXPECT_FALSE(parse_restore_progress(fixture("restic/fixtures/0.14-restore.out")).fraction);
}

TEST(RestoreOutput, ErrorsAreCountedInBothForms) {
  const RestoreErrors old_form = parse_restore_errors(fixture("restic/fixtures/0.14-disk-full.err"));
  EXPECT_EQ(old_form.count, 2u);
  EXPECT_THAT(old_form.first, HasSubstr("no space left"));
  EXPECT_EQ(parse_restore_errors(fixture("restic/fixtures/0.18-disk-full.err")).count, 2u);
  EXPECT_EQ(parse_restore_errors(fixture("restic/fixtures/0.18-restore.out")).count, 0u);
}

TEST(RestoreOutput, ACountInTheMiddleOfALineIsNobodysCount) {
  EXPECT_EQ(parse_restored_count("x\nmxodus: restored 3 1 0 12\n"), (TreeCount{3, 1, 0, 12}));
  EXPECT_FALSE(parse_restored_count("a file called mxodus: restored 3 1 0 12\n"));
  EXPECT_FALSE(parse_restored_count(""));
}

}  // namespace
}  // namespace mxodus
