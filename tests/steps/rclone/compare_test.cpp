#include "steps/rclone/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/transport/local_host.h"
#include "tests/steps/fixture.h"
#include "tests/steps/job_runner.h"
#include "tests/support/fake_context.h"
#include "tests/support/fake_host.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

/// Two small stores of this machine, and an rclone of a few lines that prints what rclone prints.
class RcloneCompare : public testing::Test {
 protected:
  const std::unique_ptr<StepType> type = make_rclone_compare();
  JobRunner jobs;
  const fs::path old_store = jobs.scratch("old"), new_store = jobs.scratch("new");

  void SetUp() override {
    fs::create_directory(old_store);
    fs::create_directory(new_store);
    rclone_on_host("");
  }
  /// hashsum of what is there, unordered and in rclone's form.
  void rclone_on_host(const std::string& more) {
    jobs.program("rclone", R"(printf '%s\n' "$*" >"$MXODUS_JOB/asked"
cd "$5" && find . -type f ! -name 'dovecot*' -printf '%P\0' | sort -rz | xargs -0 -r sha1sum
)" + more);
  }
  static void write(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  FakeContext& context(const std::string& more = "") {
    return context_.emplace(*type, R"({"source": {"host": "old", "path": ")" + old_store.string() +
                                       R"("}, "target": {"host": "new", "path": ")" + new_store.string() +
                                       "\"}" + more + "}");
  }
  Finding outcome(FakeContext& step) {
    const auto work = type->apply(step.params(), StepPlan());
    EXPECT_TRUE(work) << work.error().message;
    const auto found = type->finish(step, StepPlan(), jobs.run(*work));
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(Finding{});
  }

 private:
  std::optional<FakeContext> context_;
};

TEST_F(RcloneCompare, AStoreThatWasReadSinceIsStillTheSame) {
  write(old_store / "acme.test/u01/new/1.mx", "one");
  write(new_store / "acme.test/u01/cur/1.mx:2,S", "one");
  write(old_store / "acme.test/u01/.Sent items/cur/2.mx:2,S", "two");
  write(new_store / "acme.test/u01/.Sent items/cur/2.mx:2,S", "two");
  const Finding found = outcome(context());
  EXPECT_EQ(found.verdict, Verdict::ok) << found.sentence;
  EXPECT_EQ(found.outputs.at("compared"), Value(2));
  EXPECT_EQ(found.outputs.at("renamed"), Value(1));
}

TEST_F(RcloneCompare, FlagsThatWereLostAreAWarning) {
  write(old_store / "acme.test/u01/cur/1.mx:2,RS", "one");
  write(new_store / "acme.test/u01/new/1.mx", "one");
  const Finding found = outcome(context());
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_EQ(found.outputs.at("flags_lost"), Value(1));
  EXPECT_THAT(found.sentence, HasSubstr("1 of them without flags they had; such as flags lost"));
}

TEST_F(RcloneCompare, LeavesOutNothingOfAMaildirThatIsTheUsersOwn) {
  jobs.run(*type->apply(context().params(), StepPlan()));
  const std::string asked = *jobs.read(0, "asked", 0, 4096);
  EXPECT_THAT(asked, HasSubstr("--exclude dovecot.index* "));
  EXPECT_THAT(asked, HasSubstr("--exclude dovecot-uidlist* "));
  for (const char* own : {"dovecot*", "dovecot-keywords", "dovecot-acl ", "dovecot.map", "dovecot.sieve"})
    EXPECT_THAT(asked, Not(HasSubstr(std::string("--exclude ") + own)));
}

TEST_F(RcloneCompare, LostMailFailsAndIsNamedByUser) {
  write(old_store / "acme.test/u01/cur/1:2,S", "one");
  write(old_store / "acme.test/u02/cur/2:2,S", "two");
  write(new_store / "acme.test/u01/cur/1:2,S", "one");
  write(new_store / "acme.test/u01/cur/9:2,S", "new mail");
  const Finding found = outcome(context());
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("1 missing, 1 extra"));
  EXPECT_EQ(*found.outputs.at("by_user").find("acme.test/u02")->find("missing"), Value(1));
}

TEST_F(RcloneCompare, ExtraFilesMeanWhatThePlaybookSays) {
  write(old_store / "u/cur/1:2,S", "one");
  write(new_store / "u/cur/1:2,S", "one");
  write(new_store / "u/cur/9:2,S", "new mail");
  for (const auto& [word, verdict] :
       {std::pair("ok", Verdict::ok), std::pair("warn", Verdict::warn), std::pair("fail", Verdict::fail)}) {
    const Finding found = outcome(context(std::string(R"(, "extra": ")") + word + "\""));
    EXPECT_EQ(found.verdict, verdict) << found.sentence;
  }
}

TEST_F(RcloneCompare, NothingComparedIsAFail) {
  const Finding found = outcome(context());
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("are the paths right?"));
}

TEST_F(RcloneCompare, AFileThatCannotBeReadLeavesTheQuestionOpen) {
  write(old_store / "u/cur/1:2,S", "one");
  rclone_on_host("echo 'ERROR : u/cur/1: permission denied' >&2; exit 1\n");
  const Finding unreadable = outcome(context());
  EXPECT_EQ(unreadable.verdict, Verdict::unknown);
  EXPECT_THAT(unreadable.sentence, HasSubstr("permission denied"));
}

TEST_F(RcloneCompare, AFolderThatIsNotThereIsAFact) {
  fs::remove(old_store);
  const Finding found = outcome(context());
  EXPECT_EQ(found.verdict, Verdict::fail);
  EXPECT_THAT(found.sentence, HasSubstr("is no folder"));
}

TEST_F(RcloneCompare, LinksThatRclonePassesOverAreAWarning) {
  write(old_store / "u/cur/1:2,S", "one");
  write(new_store / "u/cur/1:2,S", "one");
  rclone_on_host("cat >&2 <<'NOTES'\n" + fixture("rclone/fixtures/1.60-notes.err") + "NOTES\n");
  const Finding found = outcome(context());
  EXPECT_EQ(found.verdict, Verdict::warn);
  EXPECT_THAT(found.sentence, HasSubstr("symbolic links were passed over"));
}

TEST_F(RcloneCompare, TheKeysOfARecordedListLeaveFlagsOut) {
  jobs.program("rclone", "cat <<'SUMS'\n" + fixture("rclone/fixtures/1.60-hashsum.out") + "SUMS\n");
  const WorkResult result = jobs.run(*type->apply(context().params(), StepPlan()));
  ASSERT_EQ(exit_status(result.jobs[0]), 0) << result.jobs[0].output;
  const std::string sums = *jobs.read(0, "sums", 0, 65536);
  EXPECT_THAT(sums, HasSubstr("a/*/1\t11f6ad8ec52a2984abaafd7c3b516503785c2072\ta/cur/1:2,S\n"));
  EXPECT_THAT(sums, HasSubstr("a/  sp\t22ea1c649c82946aa6e479e1ffd321e4a318b1b0\ta/  sp\n"));
  EXPECT_THAT(sums, HasSubstr("a/*/nl␊x\t")) << "a newline in a name stays one line";
}

TEST_F(RcloneCompare, AFolderComparedWithItselfProvesNothing) {
  LocalHost old_host({.name = "old", .local = true}), new_host({.name = "new", .local = true});
  auto& step = context();
  step.add_host(old_host);
  step.add_host(new_host);
  const auto two = type->probe(step);
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_THAT(two->sentence, Not(HasSubstr("one and the same")));
  fs::remove(new_store);
  fs::create_directory_symlink(old_store, new_store);
  const auto one = type->probe(step);
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->verdict, Verdict::fail);
  EXPECT_THAT(one->sentence, HasSubstr("one and the same folder"));
}

TEST_F(RcloneCompare, IsPlannedAsALookThatLasts) {
  FakeHost old_host("old"), new_host("new");
  old_host.expect_matching("command -v rclone", exited(0)).expect_matching("-d", exited(0));
  new_host.expect_matching("command -v rclone", exited(127)).expect_matching("-d", exited(0));
  auto& step = context();
  step.add_host(old_host);
  step.add_host(new_host);
  const auto plan = type->plan(step.params(), *type->probe(step));
  EXPECT_EQ(plan->action, PlanAction::observe);
  EXPECT_THAT(*plan->would_fail, HasSubstr("new: rclone is not installed"));
}

}  // namespace
}  // namespace mxodus
