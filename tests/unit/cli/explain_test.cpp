#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(Explain, NamesTheFailureThatHoldsAStepBackAndNotWhatHasEnded) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: held
hosts:
  here: {local: true}
steps:
  a: {uses: command, needs: [], host: here, with: {effect: observe, argv: ["false"]}}
  bad: {uses: command, needs: [], host: here, with: {effect: observe, argv: ["false"]}}
  indep: {uses: command, needs: [a], host: here, with: {effect: change, argv: ["true"]}}
)");
  ASSERT_EQ(user.mxodus({"accept", "a", "--why", "known"}).code, 0);
  ASSERT_EQ(user.mxodus({"resume", "--stay", "1s"}).code, 1);
  EXPECT_THAT(user.mxodus({"explain", "indep"}).out,
              HasSubstr("indep has not begun: bad failed, which holds back what changes or asks\n"));
}

TEST(Explain, NamesTheStopThatKeepsItemsFromBeginning) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: stopped
hosts:
  here: {local: true}
steps:
  many: {uses: command, host: here, for_each: [1, 2, 3, 4, 5, 6], parallel: 1, stop_after: 20%,
         with: {effect: observe, argv: ["false"]}}
)");
  EXPECT_THAT(user.mxodus({"explain", "many[6]"}).out,
              HasSubstr("has not begun: more items of many have failed than its `stop_after` allows\n"));
}

TEST(Explain, OfAStepWithItemsShowsEachWithItsState) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: items
hosts:
  here: {local: true}
steps:
  each: {uses: command, host: here, for_each: [good, bad], on_fail: continue,
         with: {effect: observe, script: 'test "$IT" = good', env: {IT: "${item}"}}}
  go: {uses: approve, needs: [], with: {question: "Go on?"}}
)");
  const Typed typed = user.mxodus({"explain", "each"});
  EXPECT_THAT(typed.out, ContainsRegex("each has 2 items\n"));
  EXPECT_THAT(typed.out, ContainsRegex("each\\[good\\] +done: "));
  EXPECT_THAT(typed.out, ContainsRegex("each\\[bad\\] +failed: "));
}

}  // namespace
}  // namespace mxodus
