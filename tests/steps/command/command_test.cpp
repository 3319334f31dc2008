#include "steps/command/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "steps/command/output_parser.h"
#include "tests/steps/job_runner.h"
#include "tests/support/fake_context.h"
#include "tests/support/fake_host.h"

namespace mxodus {
namespace {

using testing::HasSubstr;

class CommandStep : public testing::Test {
 protected:
  const std::unique_ptr<StepType> type = make_command();
  FakeHost host{"new"};
  JobRunner jobs;

  FakeContext& context(const std::string& with) {
    FakeContext& made = context_.emplace(*type, with);
    const auto checked = type->check(made.params());
    EXPECT_TRUE(checked) << checked.error().message;
    made.use_host(host);
    return made;
  }

 private:
  std::optional<FakeContext> context_;
};

TEST_F(CommandStep, ObservesWithOneReadAndGivesItsOutputs) {
  host.expect({"nomad", "job", "inspect", "email"},
              exited(0, R"({"Job": {"Groups": [{"Source": "/mnt/ssd/mail"}]}})"));
  auto& step = context(R"({"effect": "observe", "argv": ["nomad", "job", "inspect", "email"],
      "outputs": {"volume": {"json": "Job.Groups.0.Source"}}})");
  EXPECT_EQ(type->effect(step.params()), Effect::observe);
  const auto found = type->probe(step);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(found->outputs.at("volume"), Value("/mnt/ssd/mail"));
  EXPECT_EQ(type->plan(step.params(), *found)->action, PlanAction::none);
}

TEST_F(CommandStep, ItsStandardInputAndEnvironmentReachIt) {
  host.expect_matching("^sh -c", exited(0));
  auto& step = context(R"({"effect": "observe", "script": "cat", "stdin": "fed", "env": {"NAME": "value"}})");
  ASSERT_TRUE(type->probe(step));
  EXPECT_EQ(host.calls().at(0).input, "fed");
  EXPECT_EQ(host.calls().at(0).command.env.at("NAME"), "value");
}

TEST_F(CommandStep, OnlyTheStatusesNamedOkAreOk) {
  host.expect({"diff"}, exited(1)).expect({"diff"}, exited(2, "", "no such file"));
  auto& step = context(R"({"effect": "observe", "argv": ["diff"], "ok": [0, 1]})");
  EXPECT_EQ(type->probe(step)->verdict, Verdict::ok);
  const auto bad = type->probe(step);
  EXPECT_EQ(bad->verdict, Verdict::fail);
  EXPECT_THAT(bad->sentence, HasSubstr("exit status 2, no such file"));
}

TEST_F(CommandStep, NoAnswerIsUnknownAndSoIsASignal) {
  host.expect({"x"}, no_answer()).expect({"x"}, CommandResult{Signalled{"KILL"}, "", ""});
  auto& step = context(R"({"effect": "observe", "argv": ["x"]})");
  EXPECT_EQ(type->probe(step).error().kind, ErrorKind::no_answer);
  EXPECT_EQ(type->probe(step)->verdict, Verdict::unknown);
}

TEST_F(CommandStep, AChangeRunsAsAJobAndNothingRunsBefore) {
  auto& step = context(R"J({"effect": "change", "script": "echo \"ticket 42 for $WHO\"; cat",
      "env": {"WHO": "celeri"}, "stdin": "it's fed\n", "outputs": {"ticket": {"regex": "ticket ([0-9]+)"}},
      "undo": {"argv": ["true"]}})J");
  const auto plan = type->plan(step.params(), *type->probe(step));
  EXPECT_TRUE(host.calls().empty());
  ASSERT_EQ(plan->action, PlanAction::change);
  EXPECT_TRUE(plan->warnings.empty());
  const auto found = type->finish(step, *plan, jobs.run(*type->apply(step.params(), *plan)));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->verdict, Verdict::ok) << found->sentence;
  EXPECT_EQ(found->outputs.at("stdout"), Value("ticket 42 for celeri\nit's fed\n"));
  EXPECT_EQ(found->outputs.at("ticket"), Value("42"));
}

TEST_F(CommandStep, AScriptEndsAtItsFirstCommandThatFails) {
  for (const char* stdin_of_it : {"", R"(, "stdin": "x")"}) {
    auto& step = context(
        std::string(
            R"({"effect": "change", "script": "(exit 23)\necho went on", "undo": {"script": "false; true"})") +
        stdin_of_it + "}");
    const auto plan = type->plan(step.params(), *type->probe(step));
    const auto found = type->finish(step, *plan, jobs.run(*type->apply(step.params(), *plan)));
    EXPECT_EQ(found->verdict, Verdict::fail);
    EXPECT_EQ(found->outputs.at("exit_status"), Value(23));
    EXPECT_EQ(exit_status(jobs.run(*type->undo(step.params(), plan->undo, *found)).jobs[0]), 1);
  }
  auto& looks = context(R"({"effect": "observe", "script": "false; true"})");
  host.expect({"sh", "-c", "set -e\nfalse; true", "mxodus"}, exited(1));
  EXPECT_EQ(type->probe(looks)->verdict, Verdict::fail);
}

TEST_F(CommandStep, WordsAreNeverSplitByAShell) {
  auto& step = context(R"({"effect": "permanent", "argv": ["printf", "%s|", "a b", "$HOME", "';x"]})");
  const auto plan = type->plan(step.params(), *type->probe(step));
  const auto result = jobs.run(*type->apply(step.params(), *plan));
  EXPECT_EQ(result.jobs[0].output, "a b|$HOME|';x|");
}

TEST_F(CommandStep, AProbeThatHoldsLeavesNothingToDo) {
  host.expect({"test", "-e", "/fenced"}, exited(1)).expect({"test", "-e", "/fenced"}, exited(0));
  auto& step =
      context(R"({"effect": "change", "argv": ["fence"], "probe": {"argv": ["test", "-e", "/fenced"]},
      "undo": {"argv": ["unfence"]}})");
  const auto before = type->probe(step);
  const auto plan = type->plan(step.params(), *before);
  EXPECT_EQ(plan->action, PlanAction::change);
  const auto after = type->probe(step);
  EXPECT_EQ(type->plan(step.params(), *after)->action, PlanAction::none);
  const auto undo = type->undo(step.params(), plan->undo, *after);
  ASSERT_TRUE(undo) << undo.error().message;
  EXPECT_EQ(std::get<JobWork>(*undo).jobs.at(0).script, "unfence\n");
  EXPECT_EQ(type->undo(step.params(), plan->undo, *before).error().kind, ErrorKind::drift);
}

TEST_F(CommandStep, AProbeThatWasKilledHasNotSaidThatItIsNotDone) {
  host.expect({"test", "-e", "/fenced"}, CommandResult{Signalled{"KILL"}, "", ""});
  auto& step =
      context(R"({"effect": "permanent", "argv": ["true"], "probe": {"argv": ["test", "-e", "/fenced"]}})");
  const auto found = type->probe(step);
  ASSERT_FALSE(found) << found->sentence;
  EXPECT_EQ(found.error().kind, ErrorKind::no_answer);
  EXPECT_THAT(found.error().message, HasSubstr("killed by signal KILL"));
}

TEST_F(CommandStep, WhatEndedWellButIsNotSoFails) {
  host.expect({"test", "-e", "/fenced"}, exited(1));
  auto& step =
      context(R"({"effect": "permanent", "argv": ["true"], "probe": {"argv": ["test", "-e", "/fenced"]}})");
  const auto plan = type->plan(step.params(), *type->probe(step));
  const auto found = type->finish(step, *plan, jobs.run(*type->apply(step.params(), *plan)));
  EXPECT_EQ(found->verdict, Verdict::fail);
  EXPECT_THAT(found->sentence, HasSubstr("its probe does not find it done"));
}

TEST_F(CommandStep, AChangeWithoutUndoHasNoneInItsPlan) {
  auto& step = context(R"({"effect": "change", "argv": ["true"]})");
  const auto plan = type->plan(step.params(), *type->probe(step));
  EXPECT_TRUE(plan->undo.is_null()) << "a rollback is to know it before it begins";
  EXPECT_EQ(type->undo(step.params(), plan->undo, Finding()).error().code, "command.no-undo");
}

TEST(CommandCheck, WhatCannotBeMeantIsFoundBefore) {
  const auto type = make_command();
  for (const char* wrong :
       {R"({"effect": "observe"})", R"({"effect": "change", "argv": ["a"], "script": "b"})",
        R"({"effect": "observe", "argv": ["a"], "undo": {"argv": ["b"]}})",
        R"({"effect": "observe", "argv": ["a"], "outputs": {"x": {"xml": "a"}}})",
        R"({"effect": "observe", "argv": ["a"], "outputs": {"x": {"regex": "(["}}})"}) {
    FakeContext context(*type, wrong);
    EXPECT_FALSE(type->check(context.params())) << wrong;
  }
}

Value spec(const char* how, Value what) {
  return ValueMap{{how, std::move(what)}};
}

TEST(OutputParser, ReadsEachForm) {
  EXPECT_EQ(parse_output(spec("text", true), "  x\n"), Value("x"));
  EXPECT_EQ(parse_output(spec("lines", true), "a\n\nb\n"), Value(ValueList{"a", "b"}));
  EXPECT_EQ(parse_output(spec("regex", "queue: \\d+"), "x\nqueue: 7 mails\n"), Value("queue: 7"));
  EXPECT_EQ(parse_output(spec("json", ""), "[1]"), Value(ValueList{1}));
  EXPECT_EQ(parse_output(spec("json", "a.1"), R"({"a": [1]})").error().kind, ErrorKind::not_found);
  EXPECT_EQ(parse_output(spec("json", "a"), "no json").error().kind, ErrorKind::no_answer);
  EXPECT_EQ(parse_output(spec("regex", "z"), "x\n").error().kind, ErrorKind::not_found);
}

TEST(OutputParser, JsonOfAHostIsNeitherDeepNorTaggedNorWrapped) {
  const std::string deep = std::string(60'000, '[') + std::string(60'000, ']');
  EXPECT_THAT(parse_output(spec("json", ""), deep).error().message, HasSubstr("levels deep"));
  const auto secret = parse_output(spec("json", ""), R"({"a": {"$secret": "dns_token"}})");
  EXPECT_THAT(secret.error().message, HasSubstr("$secret means something to mxodus itself"));
  EXPECT_EQ(parse_output(spec("json", "n"), R"({"n": 18446744073709551615})"), Value(18446744073709551615.0));
  EXPECT_EQ(parse_output(spec("json", ""), R"({"a": null, "b": [true, -1]})"),
            Value(ValueMap{{"a", Value()}, {"b", ValueList{true, -1}}}));
}

TEST(OutputParser, ALineWithoutEndDoesNotOverflowTheStack) {
  EXPECT_FALSE(parse_output(Value(ValueMap{{"regex", "x.*y"}}), std::string(5'000'000, 'x')));
}

// --- patterns --------------------------------------------------------------------------------------------

TEST(Pattern, ThatWouldBeTriedForHoursIsAnsweredSoon) {
  const std::string line(100'000, 'a');
  for (const char* pattern : {"(a+)+b", "(a|a)*b", "(a*)*b", ".*.*.*.*.*x", "(.*)(.*)(.*)=(.*)"})
    EXPECT_EQ(parse_output(spec("regex", pattern), line).error().kind, ErrorKind::not_found) << pattern;
}

TEST(Pattern, OfManyLinesIsGivenUpInTime) {
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += std::string(500, 'a') + "\n";
  const auto given_up = parse_output(spec("regex", "(a+)+b"), lines, std::chrono::milliseconds(1));
  ASSERT_FALSE(given_up);
  EXPECT_EQ(given_up.error().message, "to look for (a+)+b in the output takes too long");
}

TEST(Pattern, GivesTheFirstGroupInTheFirstLineThatMatches) {
  const std::string output = "Filesystem Size Used\n/dev/sda1 40G 17G 43% /\n/dev/sdb1 80G 9G 12% /srv\n";
  EXPECT_EQ(parse_output(spec("regex", R"((\S+)\s+\S+\s+\S+\s+\d+%)"), output), Value("/dev/sda1"));
  EXPECT_EQ(parse_output(spec("regex", R"(^/\S+\s+(\S+))"), output), Value("40G"));
  EXPECT_EQ(parse_output(spec("regex", R"(\b(\d{1,3})%)"), output), Value("43"));
  EXPECT_EQ(parse_output(spec("regex", R"((?:sdb1).*(/\w+)$)"), output), Value("/srv"));
}

TEST(Pattern, ThatCannotBeSearchedForInBoundedTimeIsRefusedBeforeAnythingRuns) {
  const auto why = [](const std::string& pattern) {
    const auto checked = check_output_parser(spec("regex", pattern));
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_THAT(why(R"((a+)\1)"), HasSubstr("refers back"));
  EXPECT_THAT(why("a(?=b)"), HasSubstr("looks ahead"));
  EXPECT_THAT(why("a(?!b)"), HasSubstr("looks ahead"));
  for (const char* lazy : {"a+?b", "a*?b", "a??b", "a{2,3}?b"})
    EXPECT_THAT(why(lazy), HasSubstr("as seldom as it can")) << lazy;
  for (const char* large : {"a{5000}", "(a{99}){99}", "((a{10}){10}){10}{2}", "a{99999999999999999999}"})
    EXPECT_THAT(why(large), HasSubstr("too large")) << large;
  EXPECT_THAT(why(std::string(2'000, '(')), HasSubstr("too large"));
}

TEST(Pattern, OfTheUsualKindIsTaken) {
  for (const char* pattern : {R"((\d{1,3}\.){3}\d{1,3})", R"([+*?{]\?)", R"([\]?]+x)", "(?:a|b)+", R"(\(\?=)",
                              "^$", R"(\{"free":(\d+)\})"})
    EXPECT_TRUE(check_output_parser(spec("regex", pattern))) << pattern;
}

}  // namespace
}  // namespace mxodus
