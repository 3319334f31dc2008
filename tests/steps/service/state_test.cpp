#include "steps/service/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/service/unit.h"
#include "tests/steps/fixture.h"
#include "tests/steps/job_runner.h"
#include "tests/support/fake_context.h"
#include "tests/support/fake_host.h"

namespace mxodus {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string block(const std::string& load, const std::string& active, const std::string& file) {
  return "Result=success\nLoadState=" + load + "\nActiveState=" + active +
         "\nSubState=exited\nUnitFileState=" + file + "\nType=oneshot\n";
}
std::string units(const std::string& unit, const std::string& telling) {
  return unit + "\n" + telling;
}
const std::string running = units(block("loaded", "active", "enabled"), block("loaded", "active", ""));
const std::string stopped = units(block("masked", "inactive", "masked"), block("loaded", "inactive", ""));
const std::string smtp = "LISTEN 0 100 0.0.0.0:25 0.0.0.0:*\nLISTEN 0 128 [::]:22 [::]:*\n";

class ServiceState : public testing::Test {
 protected:
  const std::unique_ptr<StepType> type = make_service_state();
  FakeHost host{"old"};
  JobRunner jobs;

  FakeContext& context(const std::string& with) {
    FakeContext& made = context_.emplace(*type, with);
    EXPECT_TRUE(type->check(made.params()));
    made.use_host(host);
    return made;
  }
  void host_says(const std::string& show, const std::string& ports) {
    host.expect_matching("^systemctl show", exited(0, show))
        .expect({"ss", "-Hltn"}, exited(0, ports))
        .expect_matching("TriggeredBy", exited(0, starters));
  }
  std::string starters;  ///< units that would start it again

 private:
  std::optional<FakeContext> context_;
};

TEST_F(ServiceState, AsksTheInstanceOfPostfixThatReallyRuns) {
  host_says(units(block("loaded", "active", "enabled"), block("loaded", "failed", "")), "");
  auto& step = context(R"({"unit": "postfix", "state": "running", "ports": [25]})");
  const auto found = type->probe(step);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(host.calls().at(0).text, HasSubstr("postfix.service postfix@-.service"));
  EXPECT_THAT(found->sentence, HasSubstr("is failed"));
  EXPECT_THAT(found->sentence, HasSubstr("port 25 does not listen"));
  EXPECT_EQ(type->plan(step.params(), *found)->action, PlanAction::change);
}

TEST_F(ServiceState, PlansWhatDiffersAndUndoesToWhatItFound) {
  host_says(running, smtp);
  host_says(stopped, "");
  auto& step = context(R"({"unit": "postfix", "state": "stopped", "masked": true, "ports": [25]})");
  const auto plan = type->plan(step.params(), *type->probe(step));
  ASSERT_EQ(plan->action, PlanAction::change);
  ASSERT_EQ(plan->changes.size(), 2u);
  EXPECT_EQ(plan->changes[0].before, "running");
  EXPECT_EQ(plan->changes[0].after, "stopped");
  const auto after = type->probe(step);
  EXPECT_EQ(type->plan(step.params(), *after)->action, PlanAction::none);
  const auto undo = type->undo(step.params(), plan->undo, *after);
  ASSERT_TRUE(undo) << undo.error().message;
  const auto& env = std::get<JobWork>(*undo).jobs.at(0).env;
  EXPECT_EQ(env.at("state"), "running");
  EXPECT_EQ(env.at("masked"), "no");
  EXPECT_EQ(env.at("enabled"), "") << "was not asked for and is left alone";
}

TEST_F(ServiceState, UndoIsRefusedWhereTheUnitIsNotAsTheStepLeftIt) {
  host_says(running, smtp);
  auto& step = context(R"({"unit": "postfix", "state": "stopped"})");
  EXPECT_EQ(type->undo(step.params(), Value(), *type->probe(step)).error().kind, ErrorKind::drift);
}

TEST_F(ServiceState, APortThatSomethingElseHoldsIsAFailAndNoChange) {
  host_says(stopped, smtp);
  auto& step = context(R"({"unit": "postfix", "state": "stopped", "ports": [25]})");
  const auto found = type->probe(step);
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("something else holds them"));
}

TEST_F(ServiceState, AHostWithoutSystemdIsUnknownAndNotStopped) {
  host.expect_matching("^systemctl show", exited(127, "", "sh: systemctl: not found"))
      .expect({"ss", "-Hltn"}, exited(0))
      .expect_matching("TriggeredBy", exited(0));
  auto& step = context(R"({"unit": "postfix", "state": "stopped"})");
  EXPECT_EQ(type->probe(step).error().kind, ErrorKind::no_answer);
}

TEST_F(ServiceState, APostfixThatIsNoOneshotIsAskedItself) {
  const std::string itself =
      "LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nType=forking\n";
  for (const char* instance : {"not-found", "loaded"}) {
    host_says(units(itself, block(instance, "inactive", "")), "");
    auto& step = context(R"({"unit": "postfix", "state": "stopped"})");
    const auto plan = type->plan(step.params(), *type->probe(step));
    ASSERT_EQ(plan->action, PlanAction::change) << "it runs, whatever its instance is: " << instance;
    const auto work = type->apply(step.params(), *plan);
    EXPECT_EQ(std::get<JobWork>(*work).jobs.at(0).env.at("active_unit"), "postfix.service");
  }
}

TEST_F(ServiceState, WhatHoldsUntilTheNextBootAloneIsNotEnough) {
  host_says(units(block("masked", "inactive", "masked-runtime"), block("loaded", "inactive", "")), "");
  auto& fence = context(R"({"unit": "dovecot", "state": "stopped", "masked": true})");
  const auto fenced = type->plan(fence.params(), *type->probe(fence));
  ASSERT_EQ(fenced->changes.size(), 1u);
  EXPECT_EQ(fenced->changes[0].before, "runtime");
  host_says(units(block("loaded", "active", "enabled-runtime"), block("loaded", "active", "")), "");
  auto& boot = context(R"({"unit": "dovecot", "enabled": true})");
  EXPECT_EQ(type->plan(boot.params(), *type->probe(boot))->action, PlanAction::change);
}

TEST_F(ServiceState, AScriptInInitDThatTheBootWantsIsEnabled) {
  const std::string script = block("loaded", "inactive", "generated");
  host_says(units(script + "WantedBy=graphical.target multi-user.target\n", script), "");
  auto& step = context(R"({"unit": "saslauthd", "enabled": false})");
  EXPECT_EQ(type->plan(step.params(), *type->probe(step))->action, PlanAction::change);
  host_says(units(script + "WantedBy=\n", script), "");
  EXPECT_EQ(type->plan(step.params(), *type->probe(step))->action, PlanAction::none);
}

TEST_F(ServiceState, AUnitThatCannotBeEnabledIsToldBeforeItIsTried) {
  auto& step = context(R"({"unit": "opendkim", "state": "running", "enabled": true})");
  const std::string fixed = block("loaded", "inactive", "static");
  host_says(units(fixed, fixed), "");
  const auto plan = type->plan(step.params(), *type->probe(step));
  ASSERT_TRUE(plan->would_fail);
  EXPECT_THAT(*plan->would_fail, HasSubstr("old: opendkim.service has no [Install] section"));
  const std::string made = block("loaded", "active", "transient");
  host_says(units(made, made), "");
  EXPECT_THAT(*type->plan(step.params(), *type->probe(step))->would_fail, HasSubstr("gone at the next boot"));
}

TEST_F(ServiceState, AUnitThatEveryBootWantsNeedsNoEnabling) {
  const std::string wanted = block("loaded", "active", "static") + "WantedBy=multi-user.target\n";
  host_says(units(wanted, wanted), "");
  auto& step = context(R"({"unit": "systemd-networkd", "enabled": true})");
  const auto found = type->probe(step);
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(type->plan(step.params(), *found)->action, PlanAction::none);
}

TEST_F(ServiceState, AUnitThatDoesNotExistIsStoppedWithAWarning) {
  host_says(units(block("not-found", "inactive", ""), block("not-found", "inactive", "")), "");
  auto& step = context(R"({"unit": "dovcot", "state": "stopped"})");
  const auto found = type->probe(step);
  EXPECT_EQ(found->verdict, Verdict::warn);
  EXPECT_THAT(found->sentence,
              HasSubstr("old has no unit dovcot.service, so it does not run; is the name right?"));
  EXPECT_EQ(type->plan(step.params(), *found)->action, PlanAction::none);
}

TEST_F(ServiceState, AUnitThatDoesNotExistIsNoFence) {
  host_says(units(block("not-found", "inactive", ""), block("not-found", "inactive", "")), "");
  auto& step = context(R"({"unit": "dovcot", "state": "stopped", "masked": true})");
  const auto found = type->probe(step);
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(*type->plan(step.params(), *found)->would_fail,
              HasSubstr("old has no unit dovcot.service; name the unit that exists"));
}

TEST_F(ServiceState, TheJobMasksNoUnitThatDoesNotExist) {
  host_says(running, "");
  auto& step = context(R"({"unit": "dovecot", "state": "stopped", "masked": true})");
  const auto plan = type->plan(step.params(), *type->probe(step));
  const auto work = type->apply(step.params(), *plan);
  jobs.program("systemctl", R"(echo "$*" >>"$MXODUS_JOB/asked"
case $* in *LoadState*) echo not-found ;; *ActiveState*) echo inactive ;; esac
)");
  EXPECT_EQ(exit_status(jobs.run(*work).jobs[0]), 93);
  EXPECT_THAT(*jobs.read(0, "asked", 0, 4096), Not(HasSubstr("mask --")));
}

TEST_F(ServiceState, WhatStartsAUnitBetweenItsStopAndItsMaskIsStoppedToo) {
  host_says(running, "");
  auto& step = context(R"({"unit": "dovecot", "state": "stopped", "masked": true})");
  const auto plan = type->plan(step.params(), *type->probe(step));
  const auto work = type->apply(step.params(), *plan);
  // Its socket starts it again until it is masked.
  jobs.program("systemctl", R"(echo "$*" >>"$MXODUS_JOB/asked"
case $* in
stop*) : >"$MXODUS_JOB/off"; grep -q '^mask' "$MXODUS_JOB/asked" || rm "$MXODUS_JOB/off" ;;
*LoadState*) echo loaded ;;
*ActiveState*) if [ -e "$MXODUS_JOB/off" ]; then echo inactive; else echo active; fi ;;
esac
)");
  jobs.program("sleep", "exit 0");
  const WorkResult result = jobs.run(*work);
  EXPECT_EQ(exit_status(result.jobs[0]), 0) << result.jobs[0].output;
  EXPECT_THAT(*jobs.read(0, "asked", 0, 4096), testing::StartsWith("stop -- dovecot.service\n"))
      << "by its own ExecStop, which a masked unit has lost";
}

TEST_F(ServiceState, APortThatOnlyItsOwnHostReachesIsAWarning) {
  host_says(running, "LISTEN 0 100 127.0.0.1:25 0.0.0.0:*\nLISTEN 0 100 0.0.0.0:465 0.0.0.0:*\n");
  auto& step = context(R"({"unit": "postfix", "state": "running", "ports": [25, 465]})");
  const auto found = type->probe(step);
  EXPECT_EQ(found->verdict, Verdict::warn);
  EXPECT_THAT(found->sentence, HasSubstr("port 25 listens on loopback alone"));
  EXPECT_EQ(type->plan(step.params(), *found)->action, PlanAction::none);
}

TEST_F(ServiceState, AScriptInInitDThatHasEndedTellsNothing) {
  const std::string script =
      "LoadState=loaded\nActiveState=active\nSubState=exited\nUnitFileState=generated\nType=forking\n";
  host_says(units(script, script), smtp);
  auto& mute = context(R"({"unit": "exim4", "state": "running"})");
  EXPECT_EQ(type->probe(mute)->verdict, Verdict::warn);
  EXPECT_THAT(type->probe(mute)->sentence, HasSubstr("name its `ports`"));
  auto& heard = context(R"({"unit": "exim4", "state": "running", "ports": [25]})");
  EXPECT_EQ(type->probe(heard)->verdict, Verdict::ok);
}

TEST_F(ServiceState, ASocketThatWouldStartItAgainIsAWarning) {
  starters = "dovecot.socket\n";
  host_says(units(block("loaded", "inactive", "disabled"), block("loaded", "inactive", "")), "");
  auto& step = context(R"({"unit": "dovecot", "state": "stopped"})");
  const auto found = type->probe(step);
  EXPECT_EQ(found->verdict, Verdict::warn);
  EXPECT_THAT(found->sentence, HasSubstr("dovecot.socket would start it again"));
}

/// A systemctl that comes back before anything has happened: the daemons begin two questions later.
constexpr const char* hasty_systemctl = R"(echo "$*" >>"$MXODUS_JOB/asked"
case $1 in
show) n=$(cat "$MXODUS_JOB/n" 2>/dev/null || echo 0); echo $((n + 1)) >"$MXODUS_JOB/n"
  if [ "$n" -ge 2 ]; then echo active; else echo activating; fi ;;
esac
)";

TEST_F(ServiceState, TheJobWaitsUntilItIsReallySo) {
  jobs.program("systemctl", hasty_systemctl);
  jobs.program("sleep", "exit 0");
  jobs.program("ss", "[ \"$(cat \"$MXODUS_JOB/n\")\" -lt 5 ] || echo 'LISTEN 0 100 0.0.0.0:25 0.0.0.0:*'\n");
  auto& step = context(R"({"unit": "postfix", "state": "running", "enabled": true, "ports": [25]})");
  host_says(stopped, "");
  const auto plan = type->plan(step.params(), *type->probe(step));
  const WorkResult result = jobs.run(*type->apply(step.params(), *plan));
  EXPECT_EQ(exit_status(result.jobs[0]), 0) << result.jobs[0].output;
  const std::string asked = *jobs.read(0, "asked", 0, 4096);
  EXPECT_THAT(asked, HasSubstr("enable -- postfix.service\nstart --no-block -- postfix.service\n"));
  EXPECT_THAT(asked, HasSubstr("show -p ActiveState --value -- postfix@-.service\n"));
}

TEST_F(ServiceState, AUnitThatIsStartedAgainAndAgainDoesNotCount) {
  jobs.program("systemctl", R"(case $*:$1 in
*InvocationID*) n=$(cat "$MXODUS_JOB/n" 2>/dev/null || echo 0); echo $((n + 1)) | tee "$MXODUS_JOB/n" ;;
*:show) echo active ;;
esac
)");
  jobs.program("sleep", "exit 0");
  auto& step = context(R"({"unit": "dovecot", "state": "running", "within": "5s"})");
  host_says(stopped, "");
  const auto plan = type->plan(step.params(), *type->probe(step));
  const WorkResult result = jobs.run(*type->apply(step.params(), *plan));
  EXPECT_EQ(exit_status(result.jobs[0]), 94) << result.jobs[0].output;
}

TEST_F(ServiceState, WhatDoesNotComeInTimeFailsWithWhatSystemdSays) {
  jobs.program("systemctl", "case $1 in show) echo failed ;; status) echo 'fatal: bad main.cf' ;; esac\n");
  jobs.program("sleep", "exit 0");
  jobs.program("ss", "exit 0\n");
  auto& step = context(R"({"unit": "postfix", "state": "running", "ports": [25], "within": "3s"})");
  host_says(stopped, "");
  const auto plan = type->plan(step.params(), *type->probe(step));
  const auto found = type->finish(step, *plan, jobs.run(*type->apply(step.params(), *plan)));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("after 3 s postfix@-.service is failed"));
  EXPECT_THAT(found->sentence, HasSubstr("bad main.cf"));
}

TEST(ServiceStateCheck, WishesThatContradictThemselvesAreFoundBefore) {
  const auto type = make_service_state();
  for (const char* wrong : {R"({"unit": "x"})", R"({"unit": "x; reboot", "state": "stopped"})",
                            R"({"unit": "x", "masked": true, "state": "running"})",
                            R"({"unit": "x", "enabled": true, "ports": [25]})",
                            R"({"unit": "x", "state": "running", "ports": [70000]})"}) {
    FakeContext context(*type, wrong);
    EXPECT_FALSE(type->check(context.params())) << wrong;
  }
}

TEST(Unit, ShowAndSocketsAreReadAsRecorded) {
  const auto both = parse_units(fixture("service/fixtures/show-postfix.out"), 2);
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_EQ(both->at(0).active, "active");
  EXPECT_EQ(both->at(1).enabled, "enabled-runtime");
  const Listening recorded = parse_listening(fixture("service/fixtures/ss.out"));
  for (const std::int64_t port : {22, 25, 143, 465, 587, 993})
    EXPECT_TRUE(recorded.contains(port) && recorded.at(port)) << port;
  EXPECT_EQ(recorded.size(), 6u);
  EXPECT_EQ(parse_listening("LISTEN 0 9 127.0.0.1:25 0.0.0.0:*\nLISTEN 0 9 [::1]:25 [::]:*\n"
                            "LISTEN 0 9 127.0.0.53%lo:53 0.0.0.0:*\nLISTEN 0 9 *:53 *:*\n"),
            (Listening{{25, false}, {53, true}}));
  EXPECT_FALSE(parse_units("", 1));
  EXPECT_FALSE(parse_units("LoadState=loaded\n", 1));
}

}  // namespace
}  // namespace mxodus
