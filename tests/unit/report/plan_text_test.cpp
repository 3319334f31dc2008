#include "orchestrator/report/plan_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/text.h"
#include "tests/support/golden.h"
#include "tests/unit/plan/sample_plan.h"

namespace mxodus {
namespace {

TEST(PlanText, ReadsWellAtEightyColumnsWithoutColour) {
  const std::string text = plan_text(sample_plan(), Style{});
  expect_golden("plan/sample.txt", text);
  for (const std::string& line : split(text, '\n')) EXPECT_LE(columns(line), 80u) << line;
}

TEST(PlanText, PutsWhatWouldFailLast) {
  const std::string text = plan_text(sample_plan(), Style{});
  EXPECT_GT(text.find("Would fail"), text.find("switch_a"));
  EXPECT_THAT(text, testing::EndsWith("Nothing has been changed.\n"));
}

TEST(PlanText, ColourAddsNothingThatIsNotThereWithoutIt) {
  Style colour;
  colour.colour = true;
  std::string painted = plan_text(sample_plan(), colour);
  for (std::size_t at = painted.find('\x1b'); at != std::string::npos; at = painted.find('\x1b'))
    painted.erase(at, painted.find('m', at) - at + 1);
  EXPECT_EQ(painted, plan_text(sample_plan(), Style{}));
}

TEST(PlanText, WhatAHostSaysCannotDrawOnTheTerminal) {
  Plan plan = sample_plan();
  plan.items[0].found->sentence = "a\x1b[2Jb\nc";
  plan.items[3].step.changes[0].before = "\x1b]0;title\x07";
  plan.items[1].id.item = "a\x1b[2Jb\nok   fake";
  plan.name = "x\x1b[31m\nline";
  EXPECT_THAT(plan_text(plan, Style{}), testing::Not(testing::HasSubstr("\x1b")));
  EXPECT_THAT(plan_text(plan, Style{}), testing::Not(testing::ContainsRegex("\n(ok|line)")));
  EXPECT_THAT(plan_markdown(plan), testing::Not(testing::HasSubstr("\x1b")));
}

TEST(PlanText, BreaksALongScriptOnATerminalAlone) {
  Plan plan = sample_plan();
  std::string script;
  for (int i = 0; i < 30; ++i) script += "word ";
  plan.items[3].step.changes[0].after = script + "end";
  Style terminal;
  terminal.animate = true;
  for (const std::string& line : split(plan_text(plan, terminal), '\n'))
    EXPECT_LE(columns(line), 80u) << line;
  EXPECT_THAT(plan_text(plan, Style{}), testing::HasSubstr("+ " + script + "end\n"));
}

TEST(PlanMarkdown, IsAChecklist) {
  expect_golden("plan/sample.md", plan_markdown(sample_plan()));
}

TEST(Style, WrapsAtBlanksAndCutsAtCharacters) {
  EXPECT_EQ(wrap("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrap("one  two", 4, 2), "one\n  two") << "no blank stands at the end of a line";
  EXPECT_EQ(cut("éééééé", 4), "ééé…");
  EXPECT_EQ(pad("é", 3), "é  ");
}

}  // namespace
}  // namespace mxodus
