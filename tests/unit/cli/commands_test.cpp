#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using nlohmann::json;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kPlaybook = R"(mxodus: 1
name: small
hosts:
  here: {local: true}
steps:
  look: {uses: command, host: here, with: {effect: observe, argv: [echo, hello]}}
  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: command, host: here, with: {effect: permanent, argv: [touch, changed]}}
)";

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
  user.write("small.yaml", kPlaybook);
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
  std::string playbook = kPlaybook;
  playbook.insert(playbook.find("hosts:"), "inputs:\n  to: {type: text}\n");
  playbook.insert(playbook.find("steps:"), "repositories:\n  mail: {restic: \"${inputs.to}\"}\n");
  user.write("small.yaml", playbook);
  EXPECT_THAT(user.mxodus({"doctor", "small.yaml"}).out, ContainsRegex("here +shell +ok"));
  EXPECT_THAT(user.mxodus({"doctor", "small.yaml", "-i", "to=a b"}).err,
              HasSubstr("Next: mxodus doctor small.yaml -i 'to=a b'\n"));
}

TEST(Plan, IsFollowedByTheRunOfTheSameInputs) {
  const User user;
  std::string playbook = kPlaybook;
  playbook.insert(playbook.find("hosts:"), "inputs:\n  to: {type: text}\n  from: {type: text}\n");
  user.write("small.yaml", playbook);
  user.write("in.yaml", "from: here\n");
  EXPECT_THAT(user.mxodus({"plan", "small.yaml", "--inputs", "in.yaml", "-i", "to=a b"}).err,
              HasSubstr("Next: mxodus run small.yaml --inputs in.yaml -i 'to=a b'\n"));
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
  user.write("small.yaml", kPlaybook);
  const Typed typed = user.mxodus({"run", "small.yaml", "--yes", "--until", "chnge"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("did you mean change?"));
  EXPECT_EQ(user.mxodus({"status"}).code, 2) << "there is no run";
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
  std::string playbook = kPlaybook;
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
  std::string playbook = kPlaybook;
  playbook.insert(playbook.find("hosts:"), "inputs:\n  domain: {type: hostname}\n  began: {type: time}\n");
  user.write("playbook.yaml", playbook);
  const Typed typed = user.mxodus({"plan", "playbook.yaml"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, ContainsRegex("the inputs domain, began have no value\n.*--inputs FILE"));
  const Typed one = user.mxodus({"plan", "playbook.yaml", "-i", "domain=example.org"});
  EXPECT_EQ(one.err, "mxodus: the input began has no value\n  give it: -i began=…\n");
}

// --- rollback --------------------------------------------------------------------------------------------

constexpr const char* kFence = R"(mxodus: 1
name: fence
hosts:
  here: {local: true}
steps:
  file:
    uses: command
    host: here
    with: {effect: change, script: 'echo >"$HOME/file"', undo: {script: 'rm "$HOME/file"'}}
  fence:
    uses: command
    host: here
    with: {effect: change, script: 'echo >"$HOME/fence"'}
  go: {uses: approve, with: {question: "Go on?"}}
)";

TEST(Rollback, WithoutATerminalWhatHasNoUndoIsLeftOnlyByItsName) {
  const User user;
  user.begin_run(kFence);
  ASSERT_TRUE(std::filesystem::exists(user.home() / "fence"));
  const Typed refused = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(refused.code, 5) << refused.err;
  EXPECT_THAT(refused.err, ContainsRegex("Not undone: nothing says how.*\n  ! fence"));
  EXPECT_THAT(refused.err, HasSubstr("undo it by hand, then: mxodus rollback --yes --leave fence"));
  EXPECT_TRUE(std::filesystem::exists(user.home() / "file"));
  const Typed done = user.mxodus({"rollback", "--yes", "--leave", "fence"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_FALSE(std::filesystem::exists(user.home() / "file"));
  EXPECT_TRUE(std::filesystem::exists(user.home() / "fence"));
  EXPECT_THAT(user.mxodus({"log"}).out, ContainsRegex("fence.*left as it is by the rollback"));
}

TEST(Rollback, ShowsWhatItWillDoAndNotWhatWasDone) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: folders
hosts:
  here: {local: true}
steps:
  one:
    uses: command
    host: here
    with: {effect: change, script: 'mkdir "$HOME/one"', undo: {script: 'rmdir "$HOME/one"'}}
  two:
    uses: command
    host: here
    with: {effect: change, script: 'mkdir "$HOME/two"'}
    undo: {uses: command, with: {effect: permanent, script: 'rm -r "$HOME/two"'}}
  go: {uses: approve, with: {question: "Go on?"}}
)");
  EXPECT_THAT(user.mxodus({"rollback"}).err,
              ContainsRegex("~ two +run on here: rm -r .*/two\"\n  ~ one +run on here: rmdir .*/one\"\n"));
  EXPECT_EQ(user.mxodus({"rollback", "--yes"}).code, 0);
  EXPECT_THAT(user.mxodus({"log", "one"}).out, ContainsRegex("undoes +one +run on here: rmdir .*/one"));
}

TEST(Rollback, GoesByTheNewestRevisionOfThePlaybook) {
  const User user;
  user.begin_run(kFence);
  std::string edited = kFence;
  edited.insert(edited.find("  go:"),
                "    undo: {uses: command, with: {effect: permanent, script: 'rm \"$HOME/fence\"'}}\n");
  user.write("playbook.yaml", edited);
  ASSERT_EQ(user.mxodus({"resume", "--stay", "1s"}).code, 4);
  const Typed done = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_FALSE(std::filesystem::exists(user.home() / "fence"));
}

TEST(Rollback, ThatNobodyConfirmsIsParkedLikeAPlanThatNobodyConfirms) {
  const User user;
  const std::string run = user.begin_run(kFence);
  const std::string before = user.mxodus({"log", "-v"}).out;
  const Typed typed = user.mxodus({"rollback"});
  EXPECT_EQ(typed.code, 4) << typed.err;
  EXPECT_THAT(typed.err, HasSubstr("nobody confirmed the rollback; nothing has been changed"));
  EXPECT_THAT(typed.err, HasSubstr("Next: mxodus rollback --yes\n"));
  EXPECT_THAT(user.mxodus({"rollback", run}).err, HasSubstr("Next: mxodus rollback " + run + " --yes\n"));
  EXPECT_EQ(user.mxodus({"log", "-v"}).out, before);
}

// --- notify ----------------------------------------------------------------------------------------------

TEST(Notify, OfAStepIsItsOwnInARunOfItToo) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: told
hosts:
  here: {local: true}
notify: {command: [sh, -c, 'echo "$MXODUS_EVENT $MXODUS_STEP" >>told'], on: [parked]}
steps:
  loud: {uses: command, host: here, on_fail: continue, notify: [failed], with: {effect: observe, argv: ["false"]}}
  quiet: {uses: command, host: here, on_fail: continue, with: {effect: observe, argv: ["false"]}}
  go: {uses: approve, needs: [], notify: [gate], with: {question: "Go on?"}}
)");
  std::istringstream told(user.read("told"));
  std::set<std::string> lines;
  for (std::string line; std::getline(told, line);) lines.insert(line);
  EXPECT_THAT(lines, testing::ElementsAre("failed loud", "gate go", "parked "));
}

// --- log -------------------------------------------------------------------------------------------------

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
  const std::string run = user.begin_run(kPlaybook);
  const Typed typed = user.mxodus({"log", "lok"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("the run has no step lok"));
  EXPECT_THAT(typed.err, HasSubstr("did you mean look?"));
  EXPECT_EQ(user.mxodus({"log", run}).out, user.mxodus({"log"}).out);
}

// --- explain ---------------------------------------------------------------------------------------------

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

// --- resume ----------------------------------------------------------------------------------------------

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
            "Next: mxodus answer clients 'web mail=ok' --all ok");
  EXPECT_EQ(next_at("ticket: {uses: answer, with: {question: q}}"), "Next: mxodus answer ticket …");
  EXPECT_EQ(next_at("go: {uses: approve, with: {question: q, why: true}}"),
            "Next: mxodus approve go --why …");
  EXPECT_EQ(next_at("each: {uses: approve, for_each: [y], with: {question: q}}"),
            "Next: mxodus approve 'each[y]'");
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

// --- do --------------------------------------------------------------------------------------------------

TEST(Do, RunsACommandInTheRunsRecordAndShowsWhoAndWhyEverywhere) {
  const User user;
  const std::string run = user.begin_run(kPlaybook);
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
  user.begin_run(kPlaybook);
  const auto exit_of = [&](const char* effect, const char* command) {
    return user.mxodus({"do", "here", "--effect", effect, "--why", "w", "--", "sh", "-c", command}).code;
  };
  EXPECT_EQ(exit_of("observe", "true"), 0);
  EXPECT_EQ(exit_of("observe", "exit 3"), 1);
  EXPECT_EQ(exit_of("permanent", "exit 3"), 1);
}

TEST(Do, IsRefusedWhileAnotherProcessDrivesTheRun) {
  const User user;
  const std::string run = user.begin_run(kPlaybook);
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
  user.begin_run(kPlaybook);
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

// --- status ----------------------------------------------------------------------------------------------

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
  const std::string run = user.begin_run(kPlaybook);
  EXPECT_THAT(user.mxodus({"status"}).out, ContainsRegex("your turn +go"));
  EXPECT_EQ(user.mxodus({"approve", "go"}).code, 0);
  const Typed status = user.mxodus({"status"});
  EXPECT_THAT(status.out, ContainsRegex("recorded +go +approve by .*; the next mxodus resume"));
  EXPECT_THAT(status.out, Not(HasSubstr("your turn")));
  EXPECT_THAT(status.err, HasSubstr("Next: mxodus resume " + run));
}

TEST(Status, OfARunThatIsToEndAsksForNoGateAnyMore) {
  const User user;
  const std::string run = user.begin_run(kPlaybook);
  EXPECT_EQ(user.mxodus({"end", "--why", "we stay"}).code, 0);
  const Typed status = user.mxodus({"status"});
  EXPECT_THAT(status.out, ContainsRegex("recorded +end by "));
  EXPECT_THAT(status.err, HasSubstr("Next: mxodus resume " + run));
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
  user.begin_run(kPlaybook);
  const Typed typed = user.mxodus({"explain", "chang"});
  EXPECT_EQ(typed.code, 2);
  EXPECT_THAT(typed.err, HasSubstr("did you mean change?"));
}

}  // namespace
}  // namespace mxodus
