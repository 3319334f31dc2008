#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/terminal.h"

namespace mxodus {
namespace {

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

/// A change after which mail arrives elsewhere, and a question.
constexpr const char* kPastPoint = R"(mxodus: 1
name: past
hosts:
  here: {local: true}
steps:
  cutover:
    uses: command
    host: here
    point_of_no_return: true
    with: {effect: change, script: 'echo >"$HOME/made"', undo: {script: 'rm "$HOME/made"'}}
  go: {uses: approve, with: {question: "Go on?"}}
)";
constexpr const char* kQuestion = "Type cutover to go on";

bool still_made(const User& user) {
  return std::filesystem::exists(user.home() / "made");
}

TEST(RollbackPastThePoint, IsRefusedWithoutItsOption) {
  const User user;
  const std::string run = user.begin_run(kPastPoint);
  const Typed refused = user.mxodus({"rollback", run, "--yes"});
  EXPECT_EQ(refused.code, 5);
  EXPECT_THAT(refused.err, HasSubstr("the point of no return (cutover) is past"));
  EXPECT_THAT(refused.err, HasSubstr("if you mean it: mxodus rollback " + run + " --past-point"));
  EXPECT_TRUE(still_made(user));
}

TEST(RollbackPastThePoint, IsNotConfirmedByAYesWithoutATerminal) {
  const User user;
  const std::string run = user.begin_run(kPastPoint);
  const Typed parked = user.mxodus({"rollback", run, "--yes", "--past-point"});
  EXPECT_EQ(parked.code, 4);
  EXPECT_THAT(parked.err, HasSubstr("nobody confirmed the rollback; nothing has been changed"));
  EXPECT_TRUE(still_made(user));
}

TEST(RollbackPastThePoint, AnotherWordThanTheStepsNameTakesNothingBack) {
  const User user;
  user.begin_run(kPastPoint);
  Terminal terminal(user, "exec mxodus rollback --past-point");
  ASSERT_TRUE(terminal.shows(kQuestion)) << terminal.seen();
  terminal.type("yes\n");
  EXPECT_EQ(terminal.wait(), 4);
  EXPECT_TRUE(still_made(user));
  EXPECT_THAT(user.mxodus({"log"}).out, Not(HasSubstr("rolls back")));
}

TEST(RollbackPastThePoint, IsRecordedWithWhoGaveTheWordBeforeAnythingIsTakenBack) {
  const User user;
  const std::string run = user.begin_run(kPastPoint);
  Terminal terminal(user, "exec mxodus rollback --past-point");
  ASSERT_TRUE(terminal.shows(kQuestion)) << terminal.seen();
  terminal.type("cutover\n");
  EXPECT_EQ(terminal.wait(), 0);
  EXPECT_FALSE(still_made(user));
  const std::string word =
      "rolls back past the point of no return, cutover: takes back cutover; stays as it is: nothing";
  const std::string log = user.mxodus({"log", "--run", run}).out;
  EXPECT_THAT(log, HasSubstr(word));
  EXPECT_LT(log.find(word), log.find("undoes")) << log;
  EXPECT_THAT(user.mxodus({"log", "--run", run, "--json"}).out, HasSubstr("/dev/pts/")) << "from where";
  EXPECT_THAT(user.mxodus({"report", run}).out, HasSubstr(word));
}

}  // namespace
}  // namespace mxodus
