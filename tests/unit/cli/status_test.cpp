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
using testing::Not;

/// A host that may be down and is; the run waits for a person.
constexpr const char* kFar = R"(mxodus: 1
name: far
hosts:
  far: {ssh: 127.0.0.1, port: 9, may_be_down: true}
  here: {local: true}
steps:
  go: {uses: approve, with: {question: "Go on?"}}
)";

TEST(Status, LooksAtHostsThatMayBeDownUnlessToldNotTo) {
  const User user;
  user.begin_run(kFar);
  const Typed looked = user.mxodus({"status"});
  EXPECT_EQ(looked.code, 0);
  EXPECT_THAT(looked.err, HasSubstr("Looking at far"));
  EXPECT_THAT(looked.out, ContainsRegex("host down +far"));
  const json data = json::parse(user.mxodus({"status", "--json"}).out, nullptr, false);
  EXPECT_EQ(data["looked_at"][0]["host"], "far");
  EXPECT_EQ(data["looked_at"][0]["state"], "silent");
  EXPECT_EQ(data["looked_at"][0]["was_down"], true);
  const Typed not_looked = user.mxodus({"status", "--no-look"});
  EXPECT_THAT(not_looked.err, Not(HasSubstr("Looking")));
  EXPECT_THAT(not_looked.out, ContainsRegex("host lost +far"));
}

TEST(Status, WritesNothingIntoTheJournal) {
  const User user;
  user.begin_run(kFar);
  const std::string before = user.mxodus({"log", "-v"}).out;
  user.mxodus({"status"});
  EXPECT_EQ(user.mxodus({"log", "-v"}).out, before);
}

TEST(Status, AGateThatIsAnsweredIsNoLongerYourTurn) {
  const User user;
  const std::string run = user.begin_run(kSmallPlaybook);
  EXPECT_THAT(user.mxodus({"status"}).out, ContainsRegex("your turn +go"));
  EXPECT_EQ(user.mxodus({"approve", "go"}).code, 0);
  const Typed status = user.mxodus({"status"});
  EXPECT_THAT(status.out, ContainsRegex("recorded +go +approve by .*; the next mxodus resume"));
  EXPECT_THAT(status.out, Not(HasSubstr("your turn")));
  EXPECT_THAT(status.err, HasSubstr("Next: mxodus resume " + run));
}

TEST(Status, OfARunThatIsToEndAsksForNoGateAnyMore) {
  const User user;
  const std::string run = user.begin_run(kSmallPlaybook);
  EXPECT_EQ(user.mxodus({"end", "--why", "we stay"}).code, 0);
  const Typed status = user.mxodus({"status"});
  EXPECT_THAT(status.out, ContainsRegex("recorded +end by "));
  EXPECT_THAT(status.err, HasSubstr("Next: mxodus resume " + run));
  EXPECT_EQ(user.mxodus({"resume"}).code, 1);
  EXPECT_THAT(user.mxodus({"status", run}).out, Not(HasSubstr("your turn"))) << "and none once it has ended";
}

TEST(Status, CountsAStepWithForEachByItsItemsAndNothingTwice) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: counted
hosts:
  here: {local: true}
steps:
  list: {uses: command, host: here, with: {effect: observe, argv: [echo, a], outputs: {l: {lines: true}}}}
  of_list: {uses: command, host: here, for_each: "${steps.list.l}", with: {effect: observe, argv: ["true"]}}
  bad: {uses: command, host: here, with: {effect: observe, argv: ["false"]}}
  each: {uses: command, host: here, for_each: [a, b], needs: [bad], with: {effect: permanent, argv: ["true"]}}
)");
  EXPECT_THAT(user.mxodus({"status"}).out, HasSubstr("\n  2 blocked, 2 done, 1 failed\n"));
}

TEST(Status, SaysWhyAStepDidNotBeginAndWhatWasCancelled) {
  const User user;
  user.write("held.yaml", R"(mxodus: 1
name: held
hosts:
  here: {local: true}
steps:
  long: {uses: command, host: here, timeout: 1s, with: {effect: permanent, argv: [sleep, "60"]}}
)");
  ASSERT_EQ(user.mxodus({"run", "held.yaml", "--yes", "--stay", "1s"}).code, 4);
  ASSERT_EQ(user.mxodus({"run", "held.yaml", "--yes", "--stay", "1s"}).code, 5);
  EXPECT_THAT(user.sh("mxodus status | tr -s '\\n ' ' '").out,
              ContainsRegex("not begun long .*is held by run"));
  ASSERT_EQ(user.mxodus({"end", "--why", "the other one goes on"}).code, 0);
  ASSERT_EQ(user.mxodus({"resume"}).code, 1);
  ASSERT_EQ(user.mxodus({"cancel", "long"}).code, 0);
  ASSERT_EQ(user.mxodus({"resume"}).code, 1);
  const Typed status = user.mxodus({"status"});
  EXPECT_THAT(status.out, ContainsRegex("cancelled +long +cancelled by "));
  EXPECT_THAT(status.err, HasSubstr("Next: mxodus explain long"));
}

TEST(Status, NamesWhatFailedFirstAndCallsTheRunFailed) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: failing
hosts:
  here: {local: true}
steps:
  middle: {uses: command, host: here, with: {effect: observe, argv: ["false"]}}
  after: {uses: command, host: here, needs: [middle], with: {effect: observe, argv: ["true"]}}
)");
  const std::string status = user.mxodus({"status"}).out;
  EXPECT_THAT(status, ContainsRegex("^run [0-9a-f-]+  failing  failed: middle"));
  EXPECT_LT(status.find("  failed "), status.find("  blocked "));
}

TEST(Status, AnUnknownStepIsAnsweredByTheNearestOne) {
  const User user;
  user.begin_run(kSmallPlaybook);
  const Typed typed = user.mxodus({"explain", "chang"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("did you mean change?"));
}

TEST(Status, NamesTheGateThatCannotAsk) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: small
hosts:
  here: {local: true}
steps:
  hint: {uses: command, host: here, with: {effect: observe, argv: ["false"]}}
  go: {uses: approve, with: {question: "${steps.hint.stdout} was seen. Go on?"}}
  a_change: {uses: command, host: here, with: {effect: change, argv: ["true"]}}
)");
  ASSERT_EQ(user.mxodus({"skip", "hint", "--why", "known"}).code, 0);
  const Typed resumed = user.mxodus({"resume", "--no-input"});
  EXPECT_EQ(resumed.code, 4);
  EXPECT_THAT(resumed.out + resumed.err,
              HasSubstr("go is blocked: it cannot ask: it refers to hint, which was skipped"));
  EXPECT_THAT(resumed.err, HasSubstr("mxodus explain go"));
  const Typed status = user.mxodus({"status"});
  EXPECT_THAT(status.out, ContainsRegex("blocked +go +it cannot ask"));
  EXPECT_THAT(status.err, HasSubstr("mxodus explain"));
  EXPECT_THAT(status.err, HasSubstr("go"));
  EXPECT_THAT(user.mxodus({"explain", "go"}).out, HasSubstr("`skip` this one too"));
}

}  // namespace
}  // namespace mxodus
