#include <filesystem>
#include <regex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

TEST(Resume, OfAnEditWhereTheRunHasBeenNamesWhatARetryWouldRepeat) {
  const User user;
  user.begin_run(kFence);
  std::string edited = kFence;
  edited.replace(edited.find("echo >"), 6, "date >");
  user.write("playbook.yaml", edited);
  const Typed typed = user.mxodus({"resume", "--stay", "1s"});
  EXPECT_EQ(typed.code, 5) << typed.err;
  EXPECT_THAT(typed.err, HasSubstr("file changed: with (retry repeats fence, go too)"));
}

TEST(Resume, OfAStepThatGotAnotherNameSaysUnderWhichItIsSettled) {
  const User user;
  user.begin_run(kFence);
  std::string edited = kFence;
  edited.replace(edited.find("  file:"), 7, "  filed:");
  user.write("playbook.yaml", edited);
  const Typed typed = user.mxodus({"resume", "--stay", "1s"});
  EXPECT_EQ(typed.code, 5) << typed.err;
  EXPECT_THAT(typed.err, HasSubstr("a new name with mxodus accept file --why …, or put"));
  EXPECT_EQ(user.mxodus({"accept", "file", "--why", "only its name"}).code, 0);
  EXPECT_EQ(user.mxodus({"resume", "--stay", "1s"}).code, 4) << "its gate stands";
}

TEST(Resume, TakesNoFileUpThatOnlyHasTheSameNameSomewhereElse) {
  const User user;
  user.begin_run(kFence);
  std::string other = kFence;
  other.replace(other.find("echo >"), 6, "date >");
  ASSERT_EQ(user.sh("mkdir elsewhere").code, 0);
  user.write("elsewhere/playbook.yaml", other);
  const Typed typed = user.sh("cd elsewhere && mxodus resume --stay 1s");
  EXPECT_EQ(typed.code, 4) << typed.err;
  EXPECT_THAT(typed.err, testing::Not(HasSubstr("was changed")));
}

constexpr const char* kAroundAGate = R"(mxodus: 1
name: around
hosts:
  here: {local: true}
steps:
  first: {uses: command, host: here, with: {effect: permanent, argv: ["true"]}}
  go: {uses: approve, needs: [first], with: {question: "Go on?"}}
  after: {uses: command, host: here, needs: [go], with: {effect: permanent, argv: [touch, after]}}
)";

/// As docs/operating.md tells it.
TEST(Resume, OfACopyOnAnotherLaptopTakesTheHostOverAndTheOldOneIsRefused) {
  const User user;
  const std::string run = user.begin_run(kAroundAGate);
  ASSERT_EQ(user.sh("cp -a state copied && sed -i 's/^laptop .*/laptop studio/' jobs/lease").code, 0);
  const std::string on_copy = "export XDG_STATE_HOME=$HOME/copied; rm -f playbook.yaml; ";
  ASSERT_EQ(user.sh(on_copy + "mxodus approve go").code, 0);
  const Typed held = user.sh(on_copy + "mxodus resume --stay 1s");
  EXPECT_EQ(held.code, 5) << held.err;
  std::smatch found;
  ASSERT_TRUE(std::regex_search(held.err, found, std::regex("studio, token ([0-9]+)\\)"))) << held.err;
  EXPECT_FALSE(std::filesystem::exists(user.home() / "after"));

  const Typed taken = user.sh(on_copy + "mxodus resume " + run + " --take-over " + found[1].str() +
                              " --why 'it stays behind'");
  EXPECT_EQ(taken.code, 0) << taken.err;
  ASSERT_EQ(user.sh("mxodus approve go").code, 0);
  const Typed old = user.mxodus({"resume", "--stay", "1s"});
  EXPECT_EQ(old.code, 5) << old.err;
  EXPECT_THAT(user.sh("mxodus status | tr -s '\\n ' ' '").out, HasSubstr("was taken over from this run"));
}

/// A gate holds `change`; an edit puts `extra` and the clean-up step `tidy` in its place.
class EditedRun : public testing::Test {
 protected:
  void SetUp() override {
    user_.begin_run(kSmallPlaybook);
    std::string edited = kSmallPlaybook;
    const std::size_t change = edited.find("  change:");
    edited.replace(change + 2, 6, "extra");
    edited.insert(change, "  tidy: {uses: command, host: here, with: {effect: observe, argv: [\"true\"]}}\n");
    edited.replace(edited.find("touch, changed]}"), 16, "touch, extra]}, on_fail: [tidy]");
    user_.write("playbook.yaml", edited);
    const Typed taken_up = user_.mxodus({"resume", "--stay", "1s"});
    ASSERT_EQ(taken_up.code, 4) << taken_up.err;
  }

  const User user_;
};

TEST_F(EditedRun, KnowsAStepThatTheEditHasAddedBeforeAnythingHappensToIt) {
  EXPECT_THAT(user_.mxodus({"explain", "extra"}).out, HasSubstr("extra has not begun"));
  EXPECT_THAT(user_.mxodus({"log", "extra"}).err, HasSubstr("nothing has happened to extra yet"));
  EXPECT_EQ(user_.mxodus({"note", "--step", "extra", "a word"}).code, 0);
  EXPECT_EQ(user_.mxodus({"skip", "extra", "--why", "not now"}).code, 0);
}

TEST_F(EditedRun, KnowsNoStepThatTheEditHasTakenOut) {
  EXPECT_THAT(user_.mxodus({"skip", "change", "--why", "w"}).err, HasSubstr("the run has no step change"));
  EXPECT_THAT(user_.mxodus({"explain", "change"}).err, HasSubstr("the run has no step change"));
}

TEST_F(EditedRun, CountsAndReportsTheStepsThatItHas) {
  EXPECT_THAT(user_.mxodus({"status"}).out, HasSubstr("1 done, 1 gate, 2 not begun"));
  const std::string report = user_.mxodus({"report"}).out;
  EXPECT_THAT(report, HasSubstr("- extra (pending): not begun\n"));
  EXPECT_THAT(report, testing::Not(HasSubstr("- change (")));
  EXPECT_THAT(report, testing::Not(HasSubstr("- tidy (")));
}

/// What each command says that needs the plan of a run.
void expect_advice_to_restore(const User& user, const std::string& run, const std::string& seen) {
  for (const char* command : {"resume", "rollback", "report"}) {
    const Typed typed = user.mxodus({command, run});
    EXPECT_EQ(typed.code, 5) << command;
    EXPECT_THAT(typed.err, HasSubstr("run " + run + " has lost its plan: ")) << command;
    EXPECT_THAT(typed.err, HasSubstr(seen)) << command;
    EXPECT_THAT(typed.err, HasSubstr("restore that file from a backup")) << command;
    EXPECT_THAT(typed.err, testing::Not(HasSubstr("mxodus plan"))) << command;
  }
  const Typed status = user.mxodus({"status", run});
  EXPECT_EQ(status.code, 0) << "what the journal says can be seen";
  EXPECT_THAT(status.err, HasSubstr("restore that file from a backup"));
}

TEST(Resume, OfARunWhosePlanIsDamagedOrAwaySaysToRestoreIt) {
  const User user;
  const std::string run = user.begin_run(kSmallPlaybook);
  const std::string plan = "state/mxodus/runs/" + run + "/plan";
  const std::string whole = user.read(plan);
  user.write(plan, whole.substr(0, whole.size() / 2));
  expect_advice_to_restore(user, run, "is not a whole plan");
  std::filesystem::remove(user.home() / plan);
  expect_advice_to_restore(user, run, "/plan");
  user.write(plan, whole);
  EXPECT_EQ(user.mxodus({"resume", run, "--stay", "1s"}).code, 4) << "its gate stands";
}

TEST(Resume, TakesNoPlanOfAnotherRun) {
  const User user;
  const std::string run = user.begin_run(kSmallPlaybook);
  const std::string other = user.begin_run(kFence);
  const std::string runs = "state/mxodus/runs/";
  user.write(runs + run + "/plan", user.read(runs + other + "/plan"));
  expect_advice_to_restore(user, run, "is another plan than the run was opened with");
}

}  // namespace
}  // namespace mxodus
