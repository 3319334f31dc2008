#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

TEST(Log, OfOneStepShowsWhatItSawBoundedAndSafe) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: loud
hosts:
  here: {local: true}
steps:
  look: {uses: command, host: here, with: {effect: observe, script: "printf 'a\\033[31mred\\n'; seq 1000 1099"}}
  go: {uses: approve, with: {question: "Go on?"}}
)");
  const std::string seen = user.mxodus({"log", "look", "-v"}).out;
  EXPECT_THAT(seen, ContainsRegex("command.out:\n +a.*red\n +1000\n"));
  EXPECT_THAT(seen, Not(HasSubstr("\033")));
  EXPECT_THAT(seen, Not(HasSubstr("1099")));
  EXPECT_THAT(seen, ContainsRegex("and 61 more lines: zcat .*\\.gz\n"));
  EXPECT_THAT(user.mxodus({"log", "look"}).out, Not(HasSubstr("1000")));
}

TEST(Log, OfAStepThatTheRunHasNotIsRefused) {
  const User user;
  const std::string run = user.begin_run(kSmallPlaybook);
  const Typed typed = user.mxodus({"log", "lok"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("the run has no step lok"));
  EXPECT_THAT(typed.err, HasSubstr("did you mean look?"));
  EXPECT_EQ(user.mxodus({"log", run}).out, user.mxodus({"log"}).out);
}

}  // namespace
}  // namespace mxodus
