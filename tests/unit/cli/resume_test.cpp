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

}  // namespace
}  // namespace mxodus
