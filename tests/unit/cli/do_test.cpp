#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using nlohmann::json;
using testing::ContainsRegex;
using testing::HasSubstr;

TEST(Do, RunsACommandInTheRunsRecordAndShowsWhoAndWhyEverywhere) {
  const User user;
  const std::string run = user.begin_run(kSmallPlaybook);
  const Typed typed = user.mxodus({"do", "here", "--effect", "change", "--why", "no mail there", "--", "sh",
                                   "-c", "echo done ${HOME:+x}; echo '${y}'"});
  EXPECT_EQ(typed.code, 0) << typed.err;
  EXPECT_EQ(typed.out, "done x\n${y}\n");
  EXPECT_THAT(typed.err, HasSubstr("Next: mxodus approve go\nthen: mxodus resume " + run));
  EXPECT_THAT(user.sh("mxodus status | tr -s '\\n ' ' '").out,
              ContainsRegex("ad hoc +do.1 .*because: no mail there"));
  EXPECT_THAT(user.mxodus({"log"}).out, HasSubstr("because: no mail there (change)"));
  EXPECT_THAT(user.mxodus({"explain", "do.1"}).out, HasSubstr("was typed by"));
  EXPECT_THAT(user.mxodus({"report"}).out, HasSubstr("because: no mail there"));
  const json status = json::parse(user.mxodus({"status", "--json"}).out, nullptr, false);
  EXPECT_EQ(status["items"][0]["adhoc"]["why"], "no mail there") << status.dump(1);
}

TEST(Do, ExitsWithTheVerdictOfTheCommand) {
  const User user;
  user.begin_run(kSmallPlaybook);
  const auto exit_of = [&](const char* effect, const char* command) {
    return user.mxodus({"do", "here", "--effect", effect, "--why", "w", "--", "sh", "-c", command}).code;
  };
  EXPECT_EQ(exit_of("observe", "true"), 0);
  EXPECT_EQ(exit_of("observe", "exit 3"), 1);
  EXPECT_EQ(exit_of("permanent", "exit 3"), 1);
}

TEST(Do, IsRefusedWhileAnotherProcessDrivesTheRun) {
  const User user;
  const std::string run = user.begin_run(kSmallPlaybook);
  const Typed typed = user.sh(
      "mxodus do here --effect observe --why w -- sleep 30 2>first & p=$!; "
      "until mxodus status --json | grep -q '\"driven\": true'; do sleep 0.1; done; "
      "mxodus do here --effect change --why w -- touch changed; code=$?; kill $p; wait $p; "
      "exit $code");
  EXPECT_EQ(typed.code, 5) << typed.err;
  EXPECT_THAT(typed.err, ContainsRegex("process [0-9]+ of .* drives this run"));
  EXPECT_THAT(typed.err, HasSubstr("wait for it to end"));
  EXPECT_EQ(user.mxodus({"log", "do.2"}).out, "");
}

TEST(Do, AnUnknownHostIsAnsweredByTheNearestOne) {
  const User user;
  user.begin_run(kSmallPlaybook);
  const Typed typed = user.mxodus({"do", "her", "--effect", "observe", "--why", "w", "--", "true"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("did you mean here?"));
}

TEST(Do, NeedsAnEffectAndAReason) {
  const User user;
  EXPECT_THAT(user.mxodus({"do", "here", "--why", "w", "--", "true"}).err, HasSubstr("--effect is required"));
  EXPECT_THAT(user.mxodus({"do", "here", "--effect", "observe", "--", "true"}).err,
              HasSubstr("--why is required"));
}

}  // namespace
}  // namespace mxodus
