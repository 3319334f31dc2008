#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// --- gates -----------------------------------------------------------------------------------------------

constexpr const char* kAsking = R"(mxodus: 1
name: asking
steps:
  clients: {uses: checklist, needs: [], with: {question: "Clients?", items: [Thunderbird, webmail]}}
  way: {uses: choose, needs: [], with: {question: "Which?", options: [north, south], suggestion: south}}
)";

TEST(Gates, ShowWhatTheyOfferWhereverTheyAsk) {
  const User user;
  user.write("asking.yaml", kAsking);
  const std::string offers[] = {"[ ] Thunderbird\n", "[ ] webmail\n", "( ) north\n",
                                "( ) south, suggested\n"};
  const std::string plan = user.mxodus({"plan", "asking.yaml"}).out;
  const Typed parked = user.mxodus({"run", "asking.yaml", "--yes", "--stay", "1s", "-q"});
  EXPECT_EQ(parked.code, 4);
  const std::string left = user.mxodus({"resume", "--stay", "1s"}).err;
  const std::string status = user.mxodus({"status"}).out;
  for (const std::string& offer : offers)
    for (const std::string& shown : {plan, left, status}) EXPECT_THAT(shown, HasSubstr(offer));
  EXPECT_THAT(user.mxodus({"explain", "way"}).out,
              HasSubstr("Which?\n  ( ) north\n  ( ) south, suggested\n"));
  EXPECT_THAT(user.mxodus({"log", "clients"}).out, HasSubstr("Clients? (Thunderbird, webmail)"));
}

TEST(Gates, AreDataWithAllThatAnAnswerNeeds) {
  const User user;
  user.begin_run(kAsking);
  const json gate = json::parse(user.mxodus({"explain", "way", "--json"}).out, nullptr, false)["gate"];
  EXPECT_EQ(gate["kind"], "choose");
  EXPECT_EQ(gate["question"], "Which?");
  EXPECT_EQ(gate["options"], json({"north", "south"}));
  EXPECT_EQ(user.mxodus({"answer", "way", "north", "--why", "nearer", "--digest", gate["digest"]}).code, 0);
}

TEST(Gates, AreFollowedByACommandThatAnswersThemAsItStands) {
  const auto next_at = [](const std::string& gate) {
    const User user;
    const std::string run = user.begin_run("mxodus: 1\nname: one\nsteps:\n  " + gate + "\n");
    const std::string err = user.mxodus({"status"}).err;
    EXPECT_THAT(err, testing::EndsWith("\nthen: mxodus resume " + run + "\n"));
    return err.substr(err.find("Next: "), err.find("\nthen: ") - err.find("Next: "));
  };
  EXPECT_EQ(next_at("way: {uses: choose, with: {question: q, options: [go north, south]}}"),
            "Next: mxodus answer way 'go north' --why …");
  EXPECT_EQ(next_at("way: {uses: choose, with: {question: q, options: [a, b], suggestion: b, why: false}}"),
            "Next: mxodus answer way b");
  EXPECT_EQ(next_at("clients: {uses: checklist, with: {question: q, items: [web mail, phone]}}"),
            "Next: mxodus answer clients 'web mail=…' 'phone=…'");
  EXPECT_EQ(next_at("ticket: {uses: answer, with: {question: q}}"), "Next: mxodus answer ticket …");
  EXPECT_EQ(next_at("go: {uses: approve, with: {question: q, why: true}}"),
            "Next: mxodus approve go --why …");
  EXPECT_EQ(next_at("each: {uses: approve, for_each: [y], with: {question: q}}"),
            "Next: mxodus approve 'each[y]'");
}

TEST(Gates, OfAnotherRunThanTheNewestAreAnsweredByACommandThatNamesTheirRun) {
  const User user;
  const std::string earlier = user.begin_run(kAsking);
  const std::string newest = user.begin_run(kAsking);
  const std::string answer = "mxodus answer clients 'Thunderbird=…' 'webmail=…'";
  EXPECT_THAT(user.mxodus({"status", earlier}).err,
              HasSubstr("Next: " + answer + " --run " + earlier + "\n"));
  EXPECT_THAT(user.mxodus({"status", newest}).err, HasSubstr("Next: " + answer + "\n"));
  EXPECT_THAT(user.mxodus({"resume", earlier, "--stay", "1s"}).err,
              HasSubstr("Next: " + answer + " --run " + earlier + "\n"));
  EXPECT_THAT(user.mxodus({"approve", "clients", "--run", earlier}).err,
              HasSubstr("  " + answer + " --run " + earlier + "\n"));
}

TEST(Gates, SayATimeAgainWithItsAgeAndHowManyPeopleTheyAsk) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: asking
steps:
  since: {uses: answer, needs: [], with: {question: "Since?", type: time}}
  both: {uses: approve, needs: [], with: {question: "Both?", people: 2}}
)");
  EXPECT_THAT(user.mxodus({"status"}).out, HasSubstr("asks 2 different people\n"));
  EXPECT_THAT(user.mxodus({"answer", "since", "2024-05-11T07:07Z"}).err,
              testing::ContainsRegex("answer: 2024-05-11T.*, [0-9]+d.* ago\n"));
  EXPECT_THAT(user.mxodus({"answer", "since", "2099-05-11T07:07Z"}).err,
              testing::ContainsRegex("answer: 2099-05-11T.*, in [0-9]+d"));
}

TEST(Gates, ThatALookAnswersTakeNoWord) {
  const User user;
  const std::string run = user.begin_run(R"(mxodus: 1
name: looked-at
hosts:
  here: {local: true}
steps:
  file:
    uses: task
    with: {text: "Make the file.", done_if: {uses: command, host: here, with: {effect: observe, argv: ["false"]}}}
)");
  const Typed typed = user.mxodus({"approve", "file"});
  EXPECT_EQ(typed.code, 5);
  EXPECT_THAT(typed.err, HasSubstr("file is done when its `done_if` holds"));
  EXPECT_THAT(user.mxodus({"status"}).err, HasSubstr("Next: mxodus resume " + run));
}

// --- answer ----------------------------------------------------------------------------------------------

TEST(Answer, ThatTheGateDoesNotTakeIsRefusedWhenItIsTyped) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: asking
steps:
  clients: {uses: checklist, needs: [], with: {question: "Clients?", items: [Thunderbird, webmail]}}
  way: {uses: choose, needs: [], with: {question: "Which?", options: [north, south]}}
  go: {uses: approve, needs: [], with: {question: "Go on?"}}
)");
  const std::string before = user.mxodus({"log", "-v"}).out;
  const auto refused = [&](const std::vector<std::string>& words, const char* why) {
    const Typed typed = user.mxodus(words);
    EXPECT_EQ(typed.code, 2);
    EXPECT_THAT(typed.err, HasSubstr(why));
  };
  refused({"answer", "clients", "Thunderbird=maybe", "--all", "ok"},
          "\"Thunderbird\" is to be ok, partly or fail");
  refused({"answer", "clients", "Thunderbird=ok"}, "\"webmail\" is not answered yet");
  refused({"answer", "clients", "Outlook=ok", "--all", "ok"}, "the list has no item \"Outlook\"");
  refused({"answer", "way", "east", "--why", "w"}, "\"east\" is not one of north, south");
  refused({"answer", "way", "north"}, "a reason is needed");
  refused({"approve", "way"}, "mxodus answer way");
  refused({"answer", "go", "yes", "--why", "w"}, "mxodus approve go, or mxodus reject go");
  EXPECT_EQ(user.mxodus({"log", "-v"}).out, before) << "nothing is recorded";
  EXPECT_EQ(user.mxodus({"approve", "go"}).code, 0);
  EXPECT_EQ(user.mxodus({"answer", "way", "north", "--why", "nearer"}).code, 0);
  EXPECT_EQ(user.mxodus({"answer", "clients", "webmail=partly: no calendar", "--all", "ok"}).code, 0);
  EXPECT_EQ(user.mxodus({"resume", "--stay", "1s"}).code, 0);
}

TEST(Answer, OfAChecklistItemWithAnEqualsSignIsAboutThatItem) {
  const User user;
  const std::string run = user.begin_run(R"(mxodus: 1
name: asking
steps:
  cl: {uses: checklist, with: {question: "All well?", items: [TLS, "TLS=1.3", ok]}}
)");
  EXPECT_EQ(user.mxodus({"answer", "cl", "TLS=ok", "TLS=1.3=partly: on 465 alone", "ok=ok"}).code, 0);
  EXPECT_THAT(user.mxodus({"log"}).out, HasSubstr("TLS=1.3=partly: on 465 alone"));
  EXPECT_EQ(user.mxodus({"resume", "--stay", "1s"}).code, 0);
}

}  // namespace
}  // namespace mxodus
