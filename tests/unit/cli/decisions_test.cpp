#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

TEST(Decisions, ThatDoNotFitTheStepAreRefusedAtOnceAndNotRecorded) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: one
hosts:
  here: {local: true}
steps:
  done: {uses: command, host: here, with: {effect: observe, argv: ["true"]}}
  go: {uses: approve, with: {question: q}}
  later: {uses: command, needs: [go], host: here, with: {effect: observe, argv: ["true"]}}
)");
  const std::string before = user.mxodus({"log", "-v"}).out;
  const auto refused = [&](std::vector<std::string> words) {
    const Typed typed = user.mxodus(std::move(words));
    EXPECT_EQ(typed.code, 5) << typed.err;
    return typed.err;
  };
  EXPECT_THAT(refused({"accept", "later", "--why", "w"}),
              HasSubstr("later is pending; only what has an end is accepted"));
  EXPECT_THAT(refused({"cancel", "later"}), HasSubstr("later has not begun; `skip` leaves it out"));
  EXPECT_THAT(refused({"cancel", "done"}), HasSubstr("done has ended: done"));
  EXPECT_THAT(refused({"skip", "done", "--why", "w"}), HasSubstr("done is done already"));
  EXPECT_THAT(refused({"retry", "later"}), HasSubstr("later is pending"));
  EXPECT_EQ(user.mxodus({"log", "-v"}).out, before);
}

TEST(End, OfARunWhosePlaybookWasChangedGoesByWhatTheRunHas) {
  const User user;
  const std::string run = user.begin_run(kFence);
  user.write("playbook.yaml", "mxodus: 1\nname: fence\nsteps: {file: {uses: nothing\n");
  EXPECT_EQ(user.mxodus({"resume"}).code, 2);
  ASSERT_EQ(user.mxodus({"end", "--why", "we begin anew"}).code, 0);
  const Typed ended = user.mxodus({"resume"});
  EXPECT_EQ(ended.code, 1) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("run " + run + ": given up: we begin anew"));
}

TEST(End, NamesALeaseThatAnotherMachineHolds) {
  const User user;
  user.begin_run(kFence);
  ASSERT_EQ(user.sh("sed -i 's/^laptop .*/laptop another/' jobs/lease && grep -q another jobs/lease").code,
            0);
  ASSERT_EQ(user.mxodus({"end", "--why", "w"}).code, 0);
  EXPECT_THAT(user.mxodus({"resume"}).err,
              testing::ContainsRegex("lease of here was not given back: .*this run, but from another machine "
                                     ".another, token [0-9]+.; the next run takes it over"));
}

}  // namespace
}  // namespace mxodus
