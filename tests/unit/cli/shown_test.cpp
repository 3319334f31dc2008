#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/cli/cli.h"
#include "orchestrator/cli/session.h"
#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHostile = R"(mxodus: 1
name: shown
description: "x\e[31m\nline"
hosts:
  here: {local: true}
steps:
  look: {uses: command, host: here, with: {effect: observe, argv: [cat, m.json], outputs: {v: {json: m}}}}
  each: {uses: approve, for_each: "${steps.look.v}", with: {question: "Go on?"}}
)";

TEST(WhatIsShown, OfAKeyThatAHostHasChosenCannotDrawOnTheTerminal) {
  const User user;
  user.write("m.json", R"({"m":{"a\u001b[2Jb\nok   fake":1}})");
  const std::string run = user.begin_run(kHostile);
  ASSERT_FALSE(run.empty());
  const std::string name = R"(each[a\x1b[2Jb / ok   fake])";
  const auto is_safe = [&](const std::vector<std::string>& words) {
    const Typed typed = user.mxodus(words);
    EXPECT_THAT(typed.out + typed.err, HasSubstr(words[0] == "report" ? "fake" : R"(each[a\x1b[2Jb / ok)"))
        << words[0];
    EXPECT_THAT(typed.out + typed.err, Not(HasSubstr("\x1b"))) << words[0];
    EXPECT_THAT(typed.out + typed.err, Not(ContainsRegex("\n(ok   fake|line)"))) << words[0];
  };
  is_safe({"plan", "playbook.yaml"});
  is_safe({"resume", "--stay", "1s"});
  is_safe({"status"});
  is_safe({"log"});
  is_safe({"log", name});
  is_safe({"explain", name});
  is_safe({"report"});
  EXPECT_EQ(user.mxodus({"approve", name}).code, 0) << "and it may be typed as it is shown";
  EXPECT_EQ(user.mxodus({"resume", "--stay", "1s"}).code, 0);
}

TEST(WhatIsShown, OfAnErrorHoldsNoSecretOfThisProcess) {
  process_redactor().add("pw", SecretText("hunter2hunter2"));
  testing::internal::CaptureStderr();
  report({ErrorKind::refused, "x.y", "it said hunter2hunter2", {}, {}, "not hunter2hunter2"});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "mxodus: it said [secret pw]\n  not [secret pw]\n");
}

}  // namespace
}  // namespace mxodus
