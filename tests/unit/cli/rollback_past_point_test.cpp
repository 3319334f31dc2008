#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/terminal.h"

namespace mxodus {
namespace {

using testing::HasSubstr;
using testing::Not;

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
