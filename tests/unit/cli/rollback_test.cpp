#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// A change that can be taken back, a question, and a change behind it.
constexpr const char* kMade = R"(mxodus: 1
name: made
hosts:
  here: {local: true}
steps:
  first: {uses: command, host: here, with: {effect: change, script: 'echo >"$HOME/made"', undo: {script: 'rm "$HOME/made"'}}}
  go: {uses: approve, with: {question: "Go on?"}}
  last: {uses: command, host: here, with: {effect: permanent, script: 'echo >"$HOME/last"'}}
)";

TEST(RollbackOf, NoRunByNameIsRefusedWhileTwoStandOpen) {
  const User user;
  const std::string older = user.begin_run(kMade);
  const std::string newest =
      user.begin_run("mxodus: 1\nname: asks\nsteps: {go: {uses: approve, with: {question: q}}}\n");
  const Typed refused = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(refused.code, 5) << refused.err;
  EXPECT_THAT(refused.err,
              HasSubstr("run " + newest + " is the newest, and run " + older + " has not ended"));
  EXPECT_THAT(refused.err, HasSubstr("mxodus rollback " + newest + ", or mxodus rollback " + older));
  EXPECT_TRUE(std::filesystem::exists(user.home() / "made"));
  EXPECT_EQ(user.mxodus({"rollback", older, "--yes"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(user.home() / "made"));
}

TEST(RollbackOf, ARunWithAnOpenGateIsNotFollowedByAYesToThatGate) {
  const User user;
  const std::string run = user.begin_run(kMade);
  const std::string next = "Next: mxodus end --run " + run + " --why …\n  or: mxodus retry first\n";
  EXPECT_THAT(user.mxodus({"rollback", "--yes"}).err, testing::EndsWith(next));
  EXPECT_THAT(user.mxodus({"status"}).err, testing::EndsWith(next));
}

TEST(RollbackOf, ACommandTypedByHandIsLeftOnlyByItsName) {
  const User user;
  user.begin_run(kMade);
  ASSERT_EQ(user.mxodus({"do", "here", "--effect", "change", "--why", "w", "--", "true"}).code, 0);
  const Typed refused = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(refused.code, 5);
  EXPECT_THAT(refused.err, HasSubstr("\n  ! do.1 "));
  EXPECT_THAT(refused.err, testing::EndsWith("undo it by hand, then: mxodus rollback --yes --leave do.1\n"));
  EXPECT_EQ(user.mxodus({"rollback", "--yes", "--leave", "do.1"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(user.home() / "made"));
}

/// The undo of the last change fails.
constexpr const char* kStays = R"(mxodus: 1
name: stays
hosts:
  here: {local: true}
steps:
  first: {uses: command, host: here, with: {effect: change, argv: ["true"], undo: {argv: ["true"]}}}
  last: {uses: command, host: here, with: {effect: change, argv: ["true"], undo: {argv: ["false"]}}}
  go: {uses: approve, with: {question: "Go on?"}}
)";

TEST(RollbackOf, AChangeWhoseUndoFailsIsFollowedByTheRollback) {
  const User user;
  const std::string run = user.begin_run(kStays);
  const Typed failed = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_THAT(failed.err, testing::EndsWith("Next: mxodus rollback " + run + "\n"));
  const std::string explained = user.mxodus({"explain", "last"}).out;
  EXPECT_THAT(explained, HasSubstr("after mending: mxodus rollback " + run));
  EXPECT_THAT(explained, Not(HasSubstr("mxodus retry")));
}

TEST(Rollback, WithoutATerminalWhatHasNoUndoIsLeftOnlyByItsName) {
  const User user;
  user.begin_run(kFence);
  ASSERT_TRUE(std::filesystem::exists(user.home() / "fence"));
  const Typed refused = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(refused.code, 5) << refused.err;
  EXPECT_THAT(refused.err, ContainsRegex("Not undone: nothing says how.*\n  ! fence"));
  EXPECT_THAT(refused.err, testing::EndsWith("undo it by hand, then: mxodus rollback --yes --leave fence\n"));
  EXPECT_TRUE(std::filesystem::exists(user.home() / "file"));
  const Typed done = user.mxodus({"rollback", "--yes", "--leave", "fence"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_FALSE(std::filesystem::exists(user.home() / "file"));
  EXPECT_TRUE(std::filesystem::exists(user.home() / "fence"));
  EXPECT_THAT(user.mxodus({"log"}).out, ContainsRegex("fence.*left as it is by the rollback"));
}

TEST(Rollback, ShowsWhatItWillDoAndNotWhatWasDone) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: folders
hosts:
  here: {local: true}
steps:
  one:
    uses: command
    host: here
    with: {effect: change, script: 'mkdir "$HOME/one"', undo: {script: 'rmdir "$HOME/one"'}}
  two:
    uses: command
    host: here
    with: {effect: change, script: 'mkdir "$HOME/two"'}
    undo: {uses: command, with: {effect: permanent, script: 'rm -r "$HOME/two"'}}
  go: {uses: approve, with: {question: "Go on?"}}
)");
  EXPECT_THAT(user.mxodus({"rollback"}).err,
              ContainsRegex("~ two +run on here: rm -r .*/two\"\n  ~ one +run on here: rmdir .*/one\"\n"));
  EXPECT_EQ(user.mxodus({"rollback", "--yes"}).code, 0);
  EXPECT_THAT(user.mxodus({"log", "one"}).out, ContainsRegex("undoes +one +run on here: rmdir .*/one"));
}

TEST(Rollback, GoesByTheNewestRevisionOfThePlaybook) {
  const User user;
  user.begin_run(kFence);
  std::string edited = kFence;
  edited.insert(edited.find("  go:"),
                "    undo: {uses: command, with: {effect: permanent, script: 'rm \"$HOME/fence\"'}}\n");
  user.write("playbook.yaml", edited);
  ASSERT_EQ(user.mxodus({"resume", "--stay", "1s"}).code, 4);
  const Typed done = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_FALSE(std::filesystem::exists(user.home() / "fence"));
}

TEST(Rollback, DoesNotGuessBetweenTheNewestRunAndAnOlderOneThatStandsOpen) {
  const User user;
  const std::string open = user.begin_run(kSmallPlaybook);
  user.write("other.yaml", R"(mxodus: 1
name: other
hosts:
  here: {local: true}
steps:
  file:
    uses: command
    host: here
    with: {effect: change, script: 'touch "$HOME/other"', undo: {script: 'rm "$HOME/other"'}}
)");
  const Typed other = user.mxodus({"run", "other.yaml", "--yes"});
  ASSERT_EQ(other.code, 0) << other.err;
  const Typed refused = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(refused.code, 5) << refused.err;
  EXPECT_THAT(refused.err, ContainsRegex("is the newest, and run " + open + " has not ended"));
  EXPECT_TRUE(std::filesystem::exists(user.home() / "other"));
}

TEST(Rollback, TakesNothingBackWhileAStepBelowGoesOn) {
  const User user;
  const std::string run = user.begin_run(R"(mxodus: 1
name: long
hosts:
  here: {local: true}
steps:
  file: {uses: command, host: here, with: {effect: change, script: 'echo >"$HOME/file"', undo: {script: 'rm "$HOME/file"'}}}
  long: {uses: command, host: here, timeout: 1s, with: {effect: permanent, argv: [sleep, "60"]}}
  last: {uses: command, host: here, with: {effect: permanent, script: 'echo >"$HOME/last"'}}
)");
  const Typed refused = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(refused.code, 5) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("long goes on on its host; nothing has been taken back"));
  EXPECT_THAT(refused.err, HasSubstr("Next: mxodus cancel long\nthen: mxodus resume " + run +
                                     "\n  or: mxodus resume " + run + " --until long\n"));
  EXPECT_TRUE(std::filesystem::exists(user.home() / "file"));
  ASSERT_EQ(user.mxodus({"cancel", "long"}).code, 0);
  ASSERT_EQ(user.mxodus({"resume"}).code, 1);
  EXPECT_EQ(user.mxodus({"rollback", "--yes"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(user.home() / "file"));
  EXPECT_FALSE(std::filesystem::exists(user.home() / "last"));
}

TEST(Rollback, AsAWholeIsFollowedByTheSameCommandsInStatus) {
  const User user;
  const std::string run = user.begin_run(R"(mxodus: 1
name: one
hosts:
  here: {local: true}
steps:
  file: {uses: command, host: here, with: {effect: change, script: 'echo >"$HOME/file"', undo: {script: 'rm "$HOME/file"'}}}
)");
  const std::string next = "Next: mxodus end --run " + run + " --why …\n  or: mxodus retry file\n";
  EXPECT_THAT(user.mxodus({"rollback", "--yes"}).err, testing::EndsWith(next));
  EXPECT_THAT(user.mxodus({"status"}).err, testing::EndsWith(next));
}

TEST(Rollback, TakesHostsOverForAReason) {
  const User user;
  const std::string run = user.begin_run(kFence);
  EXPECT_THAT(user.mxodus({"rollback", "--take-over", "17"}).err, HasSubstr("--take-over requires --why"));
  EXPECT_THAT(
      user.mxodus({"rollback", run, "--take-over", "17", "--why", "bob left"}).err,
      HasSubstr("Next: mxodus rollback " + run + " --take-over 17 --why 'bob left' --yes --leave fence\n"));
  EXPECT_EQ(
      user.mxodus({"do", "here", "--effect", "change", "--why", "w", "--take-over", "17", "--", "true"}).code,
      0);
}

TEST(Rollback, ThatNobodyConfirmsIsParkedLikeAPlanThatNobodyConfirms) {
  const User user;
  const std::string run = user.begin_run(kFence);
  const std::string before = user.mxodus({"log", "-v"}).out;
  const Typed typed = user.mxodus({"rollback"});
  EXPECT_EQ(typed.code, 4) << typed.err;
  EXPECT_THAT(typed.err, HasSubstr("nobody confirmed the rollback; nothing has been changed"));
  EXPECT_THAT(typed.err, HasSubstr("Next: mxodus rollback --yes --leave fence\n"));
  EXPECT_THAT(user.mxodus({"rollback", run}).err,
              HasSubstr("Next: mxodus rollback " + run + " --yes --leave fence\n"));
  EXPECT_EQ(user.mxodus({"log", "-v"}).out, before);
  EXPECT_EQ(user.mxodus({"rollback", run, "--yes", "--leave", "fence"}).code, 0) << "as it was printed";
}

}  // namespace
}  // namespace mxodus
