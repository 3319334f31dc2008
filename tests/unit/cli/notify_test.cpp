#include "orchestrator/cli/notify.h"

#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/event_data.h"
#include "tests/support/arrange.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/cli/user.h"

namespace mxodus {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A hook that writes down what it was told, one line a call.
class Hook {
 public:
  explicit Hook(const std::string& then = "") {
    write_private(script(),
                  "#!/bin/sh\nprintf '%s|%s|%s|%s\\n' \"$MXODUS_EVENT\" \"$MXODUS_RUN\" \"$MXODUS_STEP\" "
                  "\"$MXODUS_TEXT\" >> \"$0.told\"\n" +
                      then,
                  true);
    playbook.notify = NotifySpec{{}, {script().string()}, {"parked", "failed", "done"}};
  }
  std::filesystem::path script() const { return folder_.path() / "hook"; }
  std::string told() const { return read_file(script().string() + ".told", 1 << 20).value_or(""); }

  Playbook playbook;

 private:
  TemporaryDirectory folder_;
};

template <class Data>
Recorded event(EventType type, const Data& data, const ItemId& id = {}) {
  Event event;
  event.type = type;
  event.id = id;
  event.data = encode(data);
  return {event};
}

RunStopped stopped(int code, const std::string& reason) {
  return {code, reason, {}, 0};
}

AttemptResult failed(const std::string& sentence) {
  AttemptResult result;
  result.state = ItemState::failed;
  result.verdict = Verdict::fail;
  result.sentence = sentence;
  return result;
}

TEST(Notify, RunsTheHookOnParkedFailedAndDoneWithWhatIsDocumented) {
  Hook hook;
  Notifier notifier(hook.playbook, "20240512-abcdef");
  notifier.see(event(EventType::attempt_result, failed("the disk is full"), {"restore", "alice"}));
  notifier.see(event(EventType::run_parked, stopped(4, "a question stands")));
  notifier.see(event(EventType::run_ended, stopped(0, "every step has ended")));
  notifier.finish();
  EXPECT_THAT(split(hook.told(), '\n'),
              testing::UnorderedElementsAre("failed|20240512-abcdef|restore[alice]|the disk is full",
                                            "parked|20240512-abcdef||a question stands",
                                            "done|20240512-abcdef||every step has ended", ""));
}

TEST(Notify, ARunThatWasGivenUpIsNotCalledDone) {
  Hook hook;
  Notifier notifier(hook.playbook, "r");
  notifier.see(event(EventType::run_ended, stopped(1, "given up: we stay")));
  notifier.finish();
  EXPECT_EQ(hook.told(), "failed|r||given up: we stay\n");
}

TEST(Notify, OnlyWhatThePlaybookNamesIsTold) {
  Hook hook;
  hook.playbook.notify->on = {"done"};
  Notifier notifier(hook.playbook, "r");
  notifier.see(event(EventType::run_parked, stopped(4, "a question stands")));
  notifier.finish();
  EXPECT_THAT(hook.told(), IsEmpty());
}

TEST(Notify, AStepThatItsDeadlineHasFailedIsTold) {
  Hook hook;
  Notifier notifier(hook.playbook, "r");
  notifier.see(
      event(EventType::step_state, StateChange{ItemState::failed, "too late", {}, {}, 0}, {"look", {}}));
  notifier.finish();
  EXPECT_EQ(hook.told(), "failed|r|look|too late\n");
}

TEST(Notify, AnAttemptThatIsTriedAgainIsToldWhenTheLastOneHasFailed) {
  Hook hook;
  int left = 2;
  Notifier notifier(hook.playbook, "r", [&left](const Event&) { return left-- > 0; });
  for (const char* which : {"the first", "the second", "the last"})
    notifier.see(event(EventType::attempt_result, failed(which), {"look", {}}));
  notifier.finish();
  EXPECT_EQ(hook.told(), "failed|r|look|the last\n");
}

TEST(Notify, AnUndoThatFailsIsTold) {
  Hook hook;
  Notifier notifier(hook.playbook, "r", [](const Event&) { return true; });
  notifier.see(event(EventType::undo_result, failed("not undone: no"), {"fence", {}}));
  notifier.finish();
  EXPECT_EQ(hook.told(), "failed|r|fence|not undone: no\n");
}

TEST(Notify, HowTheRunStandsIsToldBeforeWhatHappenedOnTheWay) {
  Hook hook("sleep 0.3\n");
  Notifier notifier(hook.playbook, "r");
  for (const char* which : {"one", "two", "three"})
    notifier.see(event(EventType::attempt_result, failed(which), {"look", {}}));
  notifier.see(event(EventType::run_parked, stopped(4, "a question stands")));
  notifier.finish();
  const std::string told = hook.told();
  EXPECT_LT(told.find("parked"), told.find("three")) << told;
  EXPECT_LT(told.find("two"), told.find("three")) << told;
}

TEST(Notify, AHostThatGoesOutOfSightIsTold) {
  Hook hook;
  hook.playbook.notify->on = {"reconnecting"};
  Notifier notifier(hook.playbook, "r");
  notifier.see(event(EventType::host_lost, HostSeen{"old", "no answer"}));
  notifier.finish();
  EXPECT_EQ(hook.told(), "reconnecting|r||old: no answer\n");
}

TEST(Notify, AStepMayNameItsOwnEvents) {
  Hook hook;
  StepSpec quiet;
  quiet.id = "quiet";
  quiet.rules.notify = {"gate"};
  hook.playbook.steps.push_back(quiet);
  hook.playbook.step_numbers["quiet"] = 0;
  Notifier notifier(hook.playbook, "r");
  notifier.see(event(EventType::attempt_result, failed("no"), {"quiet", {}}));
  notifier.see(event(EventType::gate_opened, GateOpened{"approve", "Go on?", "d", {}, 1}, {"quiet", {}}));
  notifier.finish();
  EXPECT_EQ(hook.told(), "gate|r|quiet|Go on?\n");
}

TEST(Notify, NoShellReadsWhatPlaybooksAndHostsSay) {
  Hook hook;
  const std::string text = "$(touch " + hook.script().string() + ".pwned); `id` \"; rm -rf / #";
  Notifier notifier(hook.playbook, "r");
  notifier.see(event(EventType::attempt_result, failed(text), {"a", "$(touch x)"}));
  notifier.finish();
  EXPECT_EQ(hook.told(), "failed|r|a[$(touch x)]|" + text + "\n");
  EXPECT_FALSE(std::filesystem::exists(hook.script().string() + ".pwned"));
}

TEST(Notify, AHookThatFailsIsSaidOnceAndHurtsNothing) {
  Hook hook("exit 3\n");
  Notifier notifier(hook.playbook, "r");
  testing::internal::CaptureStderr();
  notifier.see(event(EventType::run_parked, stopped(4, "one")));
  notifier.see(event(EventType::run_ended, stopped(0, "two")));
  notifier.finish();
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("exit status 3 (2 of its calls failed; the run is not affected)"));
  EXPECT_THAT(hook.told(), HasSubstr("two"));
}

TEST(Notify, AHookThatIsNotThereIsSaid) {
  Hook hook;
  hook.playbook.notify->command = {"/nonexistent/hook"};
  Notifier notifier(hook.playbook, "r");
  testing::internal::CaptureStderr();
  notifier.see(event(EventType::run_ended, stopped(0, "done")));
  notifier.finish();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("cannot start /nonexistent/hook"));
}

/// The hook waits for a file that only appears after see() has returned: were see() to wait for the hook, it
/// would have been ended first and the call counted as failed.
TEST(Notify, TheRunDoesNotWaitForAHookThatHangs) {
  Hook hook("while [ ! -e \"$0.go\" ]; do sleep 0.02; done\n");
  Notifier notifier(hook.playbook, "r", {}, std::chrono::seconds(30));
  testing::internal::CaptureStderr();
  notifier.see(event(EventType::run_parked, stopped(4, "hangs")));
  write_private(hook.script().string() + ".go", "");
  notifier.finish();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
}

TEST(Notify, AHookThatNeverEndsIsEnded) {
  Hook hook("echo $$ > \"$0.pid\"\nexec sleep 600\n");
  Notifier notifier(hook.playbook, "r", {}, std::chrono::seconds(2));
  testing::internal::CaptureStderr();
  notifier.see(event(EventType::run_parked, stopped(4, "hangs")));
  notifier.finish();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("the run is not affected"));
  const auto pid = read_file(hook.script().string() + ".pid", 100);
  ASSERT_TRUE(pid) << "the hook was called";
  EXPECT_NE(::kill(std::atoi(pid->c_str()), 0), 0) << "the hook is still there";
}

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

}  // namespace
}  // namespace mxodus
