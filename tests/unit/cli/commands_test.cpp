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
using testing::Not;

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
  EXPECT_THAT(refused.err, testing::EndsWith("undo it by hand, then: mxodus rollback --yes --leave fence\n"));
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

TEST(Rollback, DoesNotGuessBetweenTheNewestRunAndAnOlderOneThatStandsOpen) {
  const User user;
  const std::string open = user.begin_run(kSmallPlaybook);
  user.write("other.yaml", R"(mxodus: 1
name: other
hosts:
  here: {local: true}
steps:
  file:
    uses: command
    host: here
    with: {effect: change, script: 'touch "$HOME/other"', undo: {script: 'rm "$HOME/other"'}}
)");
  const Typed other = user.mxodus({"run", "other.yaml", "--yes"});
  ASSERT_EQ(other.code, 0) << other.err;
  const Typed refused = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(refused.code, 5) << refused.err;
  EXPECT_THAT(refused.err, ContainsRegex("is the newest, and run " + open + " has not ended"));
  EXPECT_TRUE(std::filesystem::exists(user.home() / "other"));
}

TEST(Rollback, TakesNothingBackWhileAStepBelowGoesOn) {
  const User user;
  const std::string run = user.begin_run(R"(mxodus: 1
name: long
hosts:
  here: {local: true}
steps:
  file: {uses: command, host: here, with: {effect: change, script: 'echo >"$HOME/file"', undo: {script: 'rm "$HOME/file"'}}}
  long: {uses: command, host: here, timeout: 1s, with: {effect: permanent, argv: [sleep, "60"]}}
  last: {uses: command, host: here, with: {effect: permanent, script: 'echo >"$HOME/last"'}}
)");
  const Typed refused = user.mxodus({"rollback", "--yes"});
  EXPECT_EQ(refused.code, 5) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("long goes on on its host; nothing has been taken back"));
  EXPECT_THAT(refused.err, HasSubstr("Next: mxodus cancel long\nthen: mxodus resume " + run +
                                     "\n  or: mxodus resume " + run + " --until long\n"));
  EXPECT_TRUE(std::filesystem::exists(user.home() / "file"));
  ASSERT_EQ(user.mxodus({"cancel", "long"}).code, 0);
  ASSERT_EQ(user.mxodus({"resume"}).code, 1);
  EXPECT_EQ(user.mxodus({"rollback", "--yes"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(user.home() / "file"));
  EXPECT_FALSE(std::filesystem::exists(user.home() / "last"));
}

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

TEST(Rollback, AsAWholeIsFollowedByTheSameCommandsInStatus) {
  const User user;
  const std::string run = user.begin_run(R"(mxodus: 1
name: one
hosts:
  here: {local: true}
steps:
  file: {uses: command, host: here, with: {effect: change, script: 'echo >"$HOME/file"', undo: {script: 'rm "$HOME/file"'}}}
)");
  const std::string next = "Next: mxodus end --run " + run + " --why …\n  or: mxodus retry file\n";
  EXPECT_THAT(user.mxodus({"rollback", "--yes"}).err, testing::EndsWith(next));
  EXPECT_THAT(user.mxodus({"status"}).err, testing::EndsWith(next));
}

TEST(Rollback, ThatNobodyConfirmsIsParkedLikeAPlanThatNobodyConfirms) {
  const User user;
  const std::string run = user.begin_run(kFence);
  const std::string before = user.mxodus({"log", "-v"}).out;
  const Typed typed = user.mxodus({"rollback"});
  EXPECT_EQ(typed.code, 4) << typed.err;
  EXPECT_THAT(typed.err, HasSubstr("nobody confirmed the rollback; nothing has been changed"));
  EXPECT_THAT(typed.err, HasSubstr("Next: mxodus rollback --yes --leave fence\n"));
  EXPECT_THAT(user.mxodus({"rollback", run}).err,
              HasSubstr("Next: mxodus rollback " + run + " --yes --leave fence\n"));
  EXPECT_EQ(user.mxodus({"log", "-v"}).out, before);
  EXPECT_EQ(user.mxodus({"rollback", run, "--yes", "--leave", "fence"}).code, 0) << "as it was printed";
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

TEST(Notify, OfAStepThatIsTriedAgainComesOnce) {
  const User user;
  user.begin_run(R"(mxodus: 1
name: told
hosts:
  here: {local: true}
notify: {command: [sh, -c, 'echo "$MXODUS_EVENT $MXODUS_STEP" >>told'], on: [failed]}
steps:
  look:
    uses: command
    host: here
    retry: {times: 2, delay: 100ms}
    with: {effect: observe, script: 'echo >>"$HOME/tries"; false'}
  go: {uses: approve, needs: [], with: {question: "Go on?"}}
)");
  EXPECT_EQ(user.read("told"), "failed look\n");
  EXPECT_GE(user.read("tries").size(), 3u);
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
  const std::string run = user.begin_run(kSmallPlaybook);
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

// --- do --------------------------------------------------------------------------------------------------

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

}  // namespace
}  // namespace mxodus
