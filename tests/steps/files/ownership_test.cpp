#include "steps/files/ownership.h"

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "orchestrator/transport/local_host.h"
#include "steps/files/owners.h"
#include "tests/steps/job_runner.h"
#include "tests/support/fake_context.h"
#include "tests/support/fake_host.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A small store of this machine. Giving files away needs root; modes are everybody's own.
class FilesOwnership : public testing::Test {
 protected:
  const std::unique_ptr<StepType> type = make_files_ownership();
  JobRunner jobs;
  const fs::path store = jobs.scratch("mail");
  LocalHost here{{.name = "here", .local = true}};

  void SetUp() override {
    fs::create_directories(store / "u01" / "cur");
    for (const char* name : {"u01/cur/1:2,S", "u01/cur/two\nlines", "u01/cur/ space"}) file(name);
    fs::create_symlink("/etc/passwd", store / "u01" / "link");
    fs::permissions(store, fs::perms::owner_all);
    fs::permissions(store / "u01", fs::perms::owner_all);
    fs::permissions(store / "u01" / "cur", fs::perms::owner_all);
  }
  void file(const std::string& name) {
    std::ofstream(store / name) << "x";
    fs::permissions(store / name, fs::perms::owner_read | fs::perms::owner_write);
  }
  void give(const std::string& name, uid_t uid) { ASSERT_EQ(::lchown((store / name).c_str(), uid, uid), 0); }
  uid_t owner(const std::string& name) {
    struct stat entry {};
    EXPECT_EQ(::lstat((store / name).c_str(), &entry), 0);
    return entry.st_uid;
  }
  FakeContext& context(const std::string& more) {
    FakeContext& made = context_.emplace(*type, R"({"path": ")" + store.string() + "\", " + more + "}");
    EXPECT_TRUE(type->check(made.params()));
    made.use_host(here);
    return made;
  }
  fs::perms mode(const std::string& name) { return fs::status(store / name).permissions(); }
  /// Lets others read `name`, and then the step close it.
  StepPlan opened_and_closed(const std::string& name) {
    fs::permissions(store / name, fs::perms::others_read, fs::perm_options::add);
    auto& step = context(R"("private": "others", "fix": true)");
    const auto plan = type->plan(step.params(), *type->probe(step));
    const auto fixed = type->finish(step, *plan, jobs.run(*type->apply(step.params(), *plan)));
    EXPECT_EQ(fixed->verdict, Verdict::ok) << fixed->sentence;
    return *plan;
  }
  EndedJob undone(const StepPlan& plan) {
    auto& step = context(R"("private": "others", "fix": true)");
    return jobs.run(*type->undo(step.params(), plan.undo, *type->probe(step))).jobs.at(0);
  }
  std::string me() { return std::to_string(::getuid()); }

 private:
  std::optional<FakeContext> context_;
};

TEST_F(FilesOwnership, IsOkWhereEverythingBelongsToOne) {
  auto& step = context(R"("user": ")" + me() + R"(", "private": "group")");
  const auto found = type->probe(step);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(found->outputs.at("total"), Value(7));
  EXPECT_EQ(type->plan(step.params(), *found)->action, PlanAction::none);
}

TEST_F(FilesOwnership, FindsWhatOthersMayReadAndClosesIt) {
  fs::permissions(store / "u01/cur/two\nlines", fs::perms::others_read, fs::perm_options::add);
  auto& looks = context(R"("private": "others")");
  const auto seen = type->probe(looks);
  EXPECT_EQ(seen->verdict, Verdict::fail);
  EXPECT_EQ(seen->outputs.at("wrong"), Value(1));
  EXPECT_EQ(type->effect(looks.params()), Effect::observe);

  auto& step = context(R"("private": "others", "fix": true)");
  EXPECT_EQ(type->effect(step.params()), Effect::change);
  const auto plan = type->plan(step.params(), *type->probe(step));
  ASSERT_EQ(plan->action, PlanAction::change);
  const WorkResult result = jobs.run(*type->apply(step.params(), *plan));
  const auto fixed = type->finish(step, *plan, result);
  ASSERT_TRUE(fixed) << fixed.error().message;
  EXPECT_EQ(fixed->verdict, Verdict::ok) << fixed->sentence << result.jobs[0].output;

  const auto undo = type->undo(step.params(), plan->undo, *fixed);
  ASSERT_TRUE(undo) << undo.error().message;
  EXPECT_EQ(exit_status(jobs.run(*undo).jobs[0]), 0);
  EXPECT_EQ(type->probe(looks)->outputs.at("wrong"), Value(1)) << "as it was before";
}

TEST_F(FilesOwnership, SetsOwnersAndGivesEachFileBackToWhomItWas) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can give files away";
  for (const auto& entry : fs::recursive_directory_iterator(store))
    ASSERT_EQ(::lchown(entry.path().c_str(), 5000, 5000), 0);
  give("u01/cur/two\nlines", 5001);
  const auto runs_as_its_owner = [&] {
    return (fs::status(store / "u01/cur/1:2,S").permissions() & fs::perms::set_uid) != fs::perms::none;
  };
  fs::permissions(store / "u01/cur/1:2,S", fs::perms::owner_all | fs::perms::set_uid);
  ASSERT_TRUE(runs_as_its_owner());
  auto& step = context(R"("user": "0", "group": "0", "fix": true)");
  const auto before = type->probe(step);
  EXPECT_THAT(before->sentence, HasSubstr("6 of 7 entries"));
  EXPECT_EQ(*before->outputs.at("by_owner").find("5001:5001 5001:5001"), Value(1));

  const auto plan = type->plan(step.params(), *before);
  const auto passwd_owner = [] {
    struct stat entry {};
    return ::stat("/etc/passwd", &entry) == 0 ? entry.st_uid : 1;
  };
  const uid_t passwd = passwd_owner();
  const auto fixed = type->finish(step, *plan, jobs.run(*type->apply(step.params(), *plan)));
  EXPECT_EQ(fixed->verdict, Verdict::ok) << fixed->sentence;
  EXPECT_EQ(owner("u01/link"), 0u);
  EXPECT_EQ(passwd_owner(), passwd) << "what a link points to is not touched";
  EXPECT_FALSE(runs_as_its_owner()) << "who is another now";

  fs::remove(store / "u01/cur/ space");
  const auto undo = type->undo(step.params(), plan->undo, *type->probe(step));
  ASSERT_TRUE(undo) << undo.error().message;
  const WorkResult undone = jobs.run(*undo);
  EXPECT_EQ(exit_status(undone.jobs[0]), 94) << undone.jobs[0].output;
  EXPECT_THAT(undone.jobs[0].output, HasSubstr("1 entries are not any more where they were"));
  EXPECT_EQ(owner("u01/cur/1:2,S"), 5000u);
  EXPECT_TRUE(runs_as_its_owner());
  EXPECT_EQ(owner("u01/cur/two\nlines"), 5001u);
}

TEST_F(FilesOwnership, UndoFollowsNoLinkThatHasTakenTheNameOfAFileOrAFolder) {
  const fs::path outside = jobs.scratch("outside");
  fs::create_directory(outside);
  std::ofstream(outside / "1:2,S") << "secret";
  fs::permissions(outside / "1:2,S", fs::perms::owner_read);
  const auto kept = [&] { return fs::status(outside / "1:2,S").permissions() == fs::perms::owner_read; };
  const std::string message = "u01/cur/1:2,S";

  jobs.begin_run("a-file");
  const StepPlan first = opened_and_closed(message);
  fs::rename(store / message, store / "aside");
  fs::create_symlink(outside / "1:2,S", store / message);
  EXPECT_EQ(exit_status(undone(first)), 94);
  EXPECT_TRUE(kept());
  fs::rename(store / "aside", store / message);

  jobs.begin_run("a-folder");
  const StepPlan second = opened_and_closed(message);
  fs::rename(store / "u01/cur", store / "u01/aside");
  fs::create_directory_symlink(outside, store / "u01/cur");
  const EndedJob job = undone(second);
  EXPECT_EQ(exit_status(job), 94) << job.output;
  EXPECT_TRUE(kept());
}

TEST_F(FilesOwnership, TheUndoOfOneRunLeavesWhatAnotherHasSet) {
  jobs.begin_run("first");
  const StepPlan first = opened_and_closed("u01/cur/1:2,S");
  jobs.begin_run("second");
  const StepPlan second = opened_and_closed("u01/cur/ space");
  EXPECT_EQ(exit_status(undone(second)), 0);
  EXPECT_EQ(mode("u01/cur/1:2,S") & fs::perms::others_all, fs::perms::none);
  EXPECT_NE(mode("u01/cur/ space") & fs::perms::others_all, fs::perms::none);
}

TEST_F(FilesOwnership, WhatWasWrongTwiceGetsBackWhatItHadFirst) {
  fs::permissions(store / "u01/cur/1:2,S", fs::perms::others_exec, fs::perm_options::add);
  opened_and_closed("u01/cur/1:2,S");
  const StepPlan again = opened_and_closed("u01/cur/1:2,S");
  EXPECT_EQ(exit_status(undone(again)), 0);
  EXPECT_EQ(mode("u01/cur/1:2,S") & fs::perms::others_all, fs::perms::others_read | fs::perms::others_exec);
}

TEST_F(FilesOwnership, TheRecordIsKeptWhereTheOwnersOfTheFilesCannotWrite) {
  opened_and_closed("u01/cur/1:2,S");
  EXPECT_FALSE(fs::is_empty(jobs.state() / "owners"));
  EXPECT_FALSE(fs::exists(store.parent_path() / ".mail.mxodus-owners"));
}

TEST_F(FilesOwnership, UndoIsRefusedWhereSomebodyElseChangedOwnersSince) {
  auto& step = context(R"("private": "others", "fix": true)");
  fs::permissions(store / "u01/cur/1:2,S", fs::perms::others_read, fs::perm_options::add);
  EXPECT_EQ(type->undo(step.params(), ValueMap{{"host", "here"}}, *type->probe(step)).error().kind,
            ErrorKind::drift);
}

TEST_F(FilesOwnership, AUserThatDoesNotExistThereIsAFail) {
  auto& step = context(R"("user": "nobody-of-this-name", "fix": true)");
  const auto found = type->probe(step);
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(*type->plan(step.params(), *found)->would_fail, HasSubstr("does not exist there"));
}

TEST(Owners, APassThatDidNotEndWellIsNoAnswer) {
  EXPECT_EQ(parse_owners("want 0:0\nexit 1\nsums 5 0 0 0\nsamples\n").error().kind, ErrorKind::no_answer);
  EXPECT_EQ(parse_owners("want 0:0\n").error().kind, ErrorKind::no_answer);
  EXPECT_EQ(parse_owners("want \xff:1\nexit 0\nsums 5 0 0 0\nsamples\n").error().kind, ErrorKind::no_answer);
  EXPECT_EQ(parse_owners("no user\n")->missing, "user");
}

TEST(Owners, ASampleThatIsCutOffIsLeftOut) {
  using namespace std::string_literals;
  const auto owners = parse_owners("want 0:0\nexit 0\nsums 5 2 2 0\nsamples\n/a\nb\0/c\0/cut"s);
  ASSERT_TRUE(owners);
  EXPECT_THAT(owners->samples, testing::ElementsAre("/a\nb", "/c"));
}

}  // namespace
}  // namespace mxodus
