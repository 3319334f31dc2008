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

// --- init ------------------------------------------------------------------------------------------------

TEST(Init, AloneListsWhatIsInstalled) {
  const User user;
  const Typed typed = user.mxodus({"init"});
  EXPECT_EQ(typed.code, 0);
  EXPECT_THAT(typed.out, ContainsRegex("emergency-move +The emergency move"));
  EXPECT_THAT(typed.err, HasSubstr("Next: mxodus init emergency-move"));
}

TEST(Init, WritesACommentedPlaybookThatIsValid) {
  const User user;
  const Typed typed = user.mxodus({"init", "emergency-move"});
  EXPECT_EQ(typed.code, 0) << typed.err;
  EXPECT_THAT(typed.err, HasSubstr("Next: mxodus doctor emergency-move.yaml"));
  EXPECT_THAT(user.read("emergency-move.yaml"), HasSubstr("\n# "));
  EXPECT_THAT(user.read("emergency-move.yaml"), Not(HasSubstr("# init:")));
  EXPECT_EQ(user.mxodus({"validate", "emergency-move.yaml"}).code, 0);
}

TEST(Init, LeavesAFileThatIsThereAsItIs) {
  const User user;
  user.write("mine.yaml", "mine");
  const Typed typed = user.mxodus({"init", "emergency-move", "-o", "mine.yaml"});
  EXPECT_EQ(typed.code, 5);
  EXPECT_EQ(user.read("mine.yaml"), "mine");
}

TEST(Init, SaysWhatTheDnsDidNotTellAndWritesAllTheSame) {
  const User user;  // whose DNS does not answer
  const Typed typed = user.mxodus({"init", "emergency-move", "--domain", "example.org"});
  EXPECT_EQ(typed.code, 0);
  EXPECT_THAT(typed.err, HasSubstr("could not be asked, fill it in by hand: MX of example.org"));
  EXPECT_THAT(user.read("emergency-move.yaml"), HasSubstr("domain:        {default: \"example.org\""));
  EXPECT_EQ(user.mxodus({"validate", "emergency-move.yaml"}).code, 0);
}

TEST(Init, ADomainThatCannotBeOneIsRefused) {
  const User user;
  const Typed typed = user.mxodus({"init", "emergency-move", "--domain", "bad domain"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("\"bad domain\" is not the name of a domain"));
  EXPECT_FALSE(std::filesystem::exists(user.home() / "emergency-move.yaml"));
}

TEST(Init, AnUnknownPlaybookIsAnsweredByTheNearestOne) {
  const User user;
  const Typed typed = user.mxodus({"init", "emergencymove"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("did you mean emergency-move?"));
}

// --- doctor ----------------------------------------------------------------------------------------------

TEST(Doctor, LooksAtTheLaptopAndSaysWhatToTypeNext) {
  const User user;
  const Typed typed = user.mxodus({"doctor"});
  for (const char* what : {"ssh", "ssh agent", "disk", "clock", "DNS"})
    EXPECT_THAT(typed.out, ContainsRegex("laptop +" + std::string(what) + " +(ok|warn|fail|unknown)"));
  EXPECT_THAT(typed.out, ContainsRegex("DNS +fail")) << "nobody answers there";
  EXPECT_THAT(typed.out, HasSubstr("resolver.forwarders")) << "and what to do is said";
  EXPECT_EQ(typed.code, 1);
  EXPECT_THAT(typed.err, HasSubstr("Next: mxodus doctor"));
}

TEST(Doctor, LooksAtEveryHostOfAPlaybookAndIsDataWhereAsked) {
  const User user;
  user.write("small.yaml", kSmallPlaybook);
  const Typed typed = user.mxodus({"doctor", "small.yaml", "--json"});
  const json lines = json::parse(typed.out, nullptr, false);
  ASSERT_TRUE(lines.is_array()) << typed.out;
  std::map<std::string, std::string> of_here;
  for (const json& line : lines)
    if (line["where"] == "here") of_here[line["what"]] = line["verdict"];
  for (const char* what : {"route", "login", "shell", "clock", "logout kill", "jobs", "secrets", "tools"})
    EXPECT_TRUE(of_here.contains(what)) << what;
  EXPECT_EQ(of_here["shell"], "ok");
  EXPECT_EQ(of_here["clock"], "ok");
  EXPECT_FALSE(of_here.contains("forwarding")) << "the laptop forwards nothing";
}

TEST(Doctor, AHostThatIsNotThereFailsWithTheStageAndTheRestIsUnknown) {
  const User user;
  user.write("far.yaml",
             "mxodus: 1\nname: far\nhosts:\n  far: {ssh: 127.0.0.1, port: 9}\nsteps:\n"
             "  a: {uses: command, host: far, with: {effect: observe, argv: [echo]}}\n");
  const Typed typed = user.mxodus({"doctor", "far.yaml"});
  EXPECT_THAT(typed.out, ContainsRegex("far +route +fail"));
  EXPECT_THAT(typed.out, ContainsRegex("far +login +unknown"));
  EXPECT_EQ(typed.code, 1);
}

TEST(Doctor, NeedsNoInputsAndKeepsThoseOfTheCommandLineForTheNextOne) {
  const User user;
  std::string playbook = kSmallPlaybook;
  playbook.insert(playbook.find("hosts:"), "inputs:\n  to: {type: text}\n");
  playbook.insert(playbook.find("steps:"), "repositories:\n  mail: {restic: \"${inputs.to}\"}\n");
  user.write("small.yaml", playbook);
  EXPECT_THAT(user.mxodus({"doctor", "small.yaml"}).out, ContainsRegex("here +shell +ok"));
  EXPECT_THAT(user.mxodus({"doctor", "small.yaml", "-i", "to=a b"}).err,
              HasSubstr("Next: mxodus doctor small.yaml -i 'to=a b'\n"));
}

TEST(Plan, IsFollowedByTheRunOfTheSameInputs) {
  const User user;
  std::string playbook = kSmallPlaybook;
  playbook.insert(playbook.find("hosts:"), "inputs:\n  to: {type: text}\n  from: {type: text}\n");
  user.write("small.yaml", playbook);
  user.write("in.yaml", "from: here\n");
  EXPECT_THAT(user.mxodus({"plan", "small.yaml", "--inputs", "in.yaml", "-i", "to=a b"}).err,
              HasSubstr("Next: mxodus run small.yaml --inputs in.yaml -i 'to=a b'\n"));
}

TEST(Plan, KnowsHowACommandEndedThoughWhoStartedItIgnoresItsChildren) {
  const User user;
  user.write("small.yaml",
             "mxodus: 1\nname: small\nhosts: {here: {local: true}}\nsteps:\n"
             "  a: {uses: command, host: here, with: {effect: observe, argv: [\"false\"]}}\n");
  const Typed typed = user.sh("exec perl -e '$SIG{CHLD} = \"IGNORE\"; exec @ARGV' mxodus plan small.yaml");
  EXPECT_THAT(typed.out, HasSubstr("here: exit status 1")) << typed.err;
}

TEST(Plan, WithDetailedExitcodeTellsAProgramWhetherThereIsSomethingToDoOrInTheWay) {
  const User user;
  const auto code_of = [&](const std::string& step, bool detailed = true) {
    user.write("one.yaml",
               "mxodus: 1\nname: one\nhosts: {here: {local: true}}\nsteps:\n  a: {uses: command, "
               "host: here, with: " +
                   step + "}\n");
    return user.sh(detailed ? "mxodus plan one.yaml --detailed-exitcode" : "mxodus plan one.yaml").code;
  };
  const std::string change = "{effect: change, argv: [touch, x]}";
  EXPECT_EQ(code_of(change), 3) << "a change";
  EXPECT_EQ(code_of(change, false), 0) << "only where it is asked for";
  EXPECT_EQ(code_of("{effect: observe, argv: [\"false\"]}"), 3) << "it would fail";
  EXPECT_EQ(code_of("{effect: observe, argv: [\"true\"]}"), 0) << "nothing to do";
  EXPECT_FALSE(std::filesystem::exists(user.home() / "x"));
}

TEST(Plan, ThatIsTakenForAPlaybookIsSaidToBeOne) {
  const User user;
  user.write("small.yaml", kSmallPlaybook);
  ASSERT_EQ(user.mxodus({"plan", "small.yaml", "-o", "tonight.plan"}).code, 0);
  for (const char* command : {"run", "plan", "validate", "doctor"}) {
    const Typed typed = user.mxodus({command, "tonight.plan"});
    EXPECT_EQ(typed.code, 2) << command;
    EXPECT_EQ(typed.err,
              "mxodus: tonight.plan is a saved plan and not a playbook\n  mxodus run --plan tonight.plan\n");
  }
}

TEST(Plan, ThatIsSavedIsNotRunWithOtherInputs) {
  const User user;
  std::string playbook = kSmallPlaybook;
  playbook.insert(playbook.find("hosts:"), "inputs:\n  to: {type: text, default: a}\n");
  user.write("small.yaml", playbook);
  user.write("in.yaml", "to: b\n");
  ASSERT_EQ(user.mxodus({"plan", "small.yaml", "-o", "small.plan"}).code, 0);
  for (const std::vector<std::string>& given :
       {std::vector<std::string>{"-i", "to=b"}, {"-i", "nothing=b"}, {"--inputs", "in.yaml"}}) {
    const Typed typed = user.mxodus({"run", "--plan", "small.plan", given[0], given[1]});
    EXPECT_EQ(typed.code, 2) << given[1];
    EXPECT_THAT(typed.err, HasSubstr("a plan has its inputs"));
    EXPECT_THAT(typed.err, HasSubstr("/small.yaml " + given[0] + " " + given[1] + " -o FILE"));
  }
}

// --- files that are not there ----------------------------------------------------------------------------

TEST(Files, APlaybookThatIsNotThereIsNamedWithHowToBeginOne) {
  const User user;
  for (const char* command : {"validate", "doctor", "plan", "run"}) {
    const Typed typed = user.mxodus({command, "nowhere.yaml"});
    EXPECT_EQ(typed.code, 2);
    EXPECT_EQ(typed.err,
              "mxodus: cannot read nowhere.yaml: No such file or directory\n"
              "  name a playbook; mxodus init writes one to begin with\n")
        << command;
  }
}

TEST(Until, AStepThatIsNotThereIsSaidBeforeAnythingBegins) {
  const User user;
  user.write("small.yaml", kSmallPlaybook);
  const Typed typed = user.mxodus({"run", "small.yaml", "--yes", "--until", "chnge"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("did you mean change?"));
  EXPECT_EQ(user.mxodus({"status"}).code, 2) << "there is no run";
}

TEST(Options, ThatCannotBeMetAreSaidBeforeAnythingBegins) {
  const User user;
  user.write("small.yaml", kSmallPlaybook);
  const Typed stay = user.mxodus({"run", "small.yaml", "--yes", "--stay", "abc"});
  EXPECT_EQ(stay.code, 2);
  EXPECT_THAT(stay.err, HasSubstr("--stay: \"abc\" is not a duration; write it as 90s"));
  const Typed events = user.mxodus({"--events", "nowhere/events", "run", "small.yaml", "--yes"});
  EXPECT_EQ(events.code, 2);
  EXPECT_THAT(events.err, HasSubstr("--events: nowhere/events cannot be written"));
  EXPECT_EQ(user.mxodus({"status"}).code, 2) << "there is no run";
}

TEST(Reason, IsNeitherNothingNorThePlaceholderOfASuggestedCommand) {
  const User user;
  user.begin_run(kSmallPlaybook);
  const std::string before = user.mxodus({"log", "-v"}).out;
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"end", "--why", "…"},
           {"end", "--why", " "},
           {"note", ""},
           {"skip", "change", "--why", ""},
           {"answer", "go", "…"},
           {"do", "here", "--effect", "observe", "--why", "…", "--", "true"}}) {
    const Typed typed = user.mxodus(words);
    EXPECT_EQ(typed.code, 2) << words[0];
    EXPECT_THAT(typed.err, HasSubstr("write your own words there"));
  }
  EXPECT_EQ(user.mxodus({"log", "-v"}).out, before);
}

TEST(Plan, KeepsTheSpellingOfWhatLooksLikeANumberWhereATextIsDue) {
  const User user;
  user.write("ids.yaml", R"(mxodus: 1
name: ids
hosts: {here: {local: true}}
steps:
  forget:
    uses: command
    host: here
    with: {effect: permanent, argv: [echo, 00123456, 8291e82, 010, 1.50, 0x1F, true], env: {A: 007}, outputs: {}}
  go: {uses: choose, with: {question: 010, options: [1e3, 1e4]}}
)");
  const std::string plan = user.mxodus({"plan", "ids.yaml"}).out;
  EXPECT_THAT(plan, HasSubstr("00123456 8291e82 010 1.50 0x1F true"));
  EXPECT_THAT(plan, HasSubstr("( ) 1e3"));
  EXPECT_THAT(plan, testing::ContainsRegex("go +asks +010"));
}

TEST(Plan, SkipsWhatTheRunWouldSkip) {
  const User user;
  user.write("skips.yaml", R"(mxodus: 1
name: skips
hosts: {here: {local: true}}
steps:
  web: {uses: command, host: here, if: "false", with: {effect: observe, argv: [echo, w]}}
  reader: {uses: command, host: here, with: {effect: observe, argv: [echo, "${steps.web.stdout}"]}}
  below: {uses: command, host: here, with: {effect: permanent, script: 'echo >"$HOME/below"'}}
  needing: {uses: command, host: here, needs: [reader], with: {effect: permanent, script: 'echo >"$HOME/needing"'}}
)");
  const std::string plan = user.mxodus({"plan", "skips.yaml"}).out;
  EXPECT_THAT(plan, HasSubstr("needs reader, which is skipped"));
  const Typed run = user.mxodus({"run", "skips.yaml", "--yes", "-q"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(std::filesystem::exists(user.home() / "below"));
  EXPECT_FALSE(std::filesystem::exists(user.home() / "needing"));
}

TEST(Files, APlaybookThatIsTooLargeIsToldItsLimitAndNothingElse) {
  const User user;
  user.write("large.yaml", std::string((8u << 20) + 1, '#'));
  const Typed typed = user.mxodus({"validate", "large.yaml"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_EQ(typed.err, "mxodus: large.yaml is larger than 8388608 bytes\n");
}

TEST(Validate, TellsAFaultInsideAnExpressionOnceAndWithItsFile) {
  const User user;
  std::string playbook = kSmallPlaybook;
  playbook.replace(playbook.find("hello"), 5, "\"${inputs.nope}\"");
  user.write("small.yaml", playbook);
  const Typed typed = user.mxodus({"validate", "small.yaml"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, testing::StartsWith("small.yaml:6:"));
  EXPECT_THAT(typed.err, testing::EndsWith("\n1 fault\n"));
}

TEST(Files, APlanThatIsNotThereIsNamedWithHowToMakeOne) {
  const User user;
  const Typed typed = user.mxodus({"run", "--plan", "nowhere.plan"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("cannot read nowhere.plan: No such file"));
  EXPECT_THAT(typed.err, HasSubstr("mxodus plan PLAYBOOK -o FILE writes one"));
}

// --- inputs ----------------------------------------------------------------------------------------------

TEST(Inputs, ThatNobodyIsThereToGiveAreNamedAllAtOnce) {
  const User user;
  std::string playbook = kSmallPlaybook;
  playbook.insert(playbook.find("hosts:"), "inputs:\n  domain: {type: hostname}\n  began: {type: time}\n");
  user.write("playbook.yaml", playbook);
  const Typed typed = user.mxodus({"plan", "playbook.yaml"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, ContainsRegex("the inputs domain, began have no value\n.*--inputs FILE"));
  const Typed one = user.mxodus({"plan", "playbook.yaml", "-i", "domain=example.org"});
  EXPECT_EQ(one.err, "mxodus: the input began has no value\n  give it: -i began=…\n");
}

// --- --events --------------------------------------------------------------------------------------------

TEST(Events, OfAPipeThatNobodyReadsHoldNothingUp) {
  const User user;
  user.write("small.yaml", kSmallPlaybook);
  const Typed typed = user.sh("mkfifo pipe && exec mxodus run small.yaml --yes --events pipe");
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("nobody reads from pipe"));
  EXPECT_EQ(user.mxodus({"status"}).code, 2) << "there is no run";
}

TEST(Events, ThatCannotBeWrittenAreSaidAtTheEndAndStopNothing) {
  const User user;
  user.write("small.yaml", kSmallPlaybook);
  const Typed typed = user.mxodus({"run", "small.yaml", "--yes", "--events", "/dev/full"});
  EXPECT_EQ(typed.code, 4);
  EXPECT_THAT(typed.err, HasSubstr("--events: No space left on device (the run is not affected)"));
}

}  // namespace
}  // namespace mxodus
