#include "orchestrator/playbook/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mxodus {
namespace {

using testing::HasSubstr;

const Value& template_inputs() {
  static const Value map = ValueMap{{"n", 3},
                                    {"name", "mail"},
                                    {"size", Size{1 << 30}},
                                    {"began", *parse_time("2024-05-11T07:07+02:00")},
                                    {"list", ValueList{"a", "b"}},
                                    {"nothing", Value()}};
  return map;
}

Result<Value> evaluated(const std::string& text, Node::Style style = Node::Style::quoted) {
  Scope scope;
  scope.inputs = &template_inputs();
  return evaluate(Node::scalar(text, style, {3, 5}, true), scope);
}
Value template_value(const std::string& text, Node::Style style = Node::Style::quoted) {
  Result<Value> result = evaluated(text, style);
  EXPECT_TRUE(result) << text << ": " << (result ? "" : one_line(result.error()));
  return result ? *result : Value();
}
std::string template_failure(const std::string& text) {
  Result<Value> result = evaluated(text);
  EXPECT_FALSE(result) << text;
  return result ? "" : result.error().message + " | " + result.error().hint;
}

TEST(Template, AScalarThatIsOneExpressionKeepsItsType) {
  EXPECT_EQ(template_value("${inputs.n}"), Value(3));
  EXPECT_EQ(template_value("${inputs.size}"), Value(Size{1 << 30}));
  EXPECT_EQ(template_value("${inputs.list}"), Value(ValueList{"a", "b"}));
  EXPECT_EQ(template_value("${secrets.token}"), Value(SecretRef{"token"}));
  EXPECT_EQ(template_value("${inputs.n} "), Value("3 ")) << "a blank makes it a text";
}

TEST(Template, ManyPartsBecomeOneText) {
  EXPECT_EQ(template_value("/srv/${inputs.name}/${inputs.n + 1}"), Value("/srv/mail/4"));
  EXPECT_EQ(template_value("since ${inputs.began}: ${inputs.size}"),
            Value("since 2024-05-11T05:07:00Z: 1.0 GiB"));
  EXPECT_EQ(template_value("${'a'}${'b'}"), Value("ab"));
}

TEST(Template, TwoDollarsAreOneAndNoExpression) {
  EXPECT_EQ(template_value("$${HOME}"), Value("${HOME}"));
  EXPECT_EQ(template_value("$${HOME} ${inputs.n}"), Value("${HOME} 3"));
  EXPECT_EQ(template_value("$5 {x} $"), Value("$5 {x} $"));
}

TEST(Template, EndsAtTheFirstBraceAtWhichLuaCanStop) {
  EXPECT_EQ(template_value("${({a = {n = 7}}).a.n}}"), Value("7}"));
  EXPECT_EQ(template_value("${'}' .. \"}\" .. [[}]]}"), Value("}}}"));
  EXPECT_EQ(template_value("${inputs.n -- why } not}"), Value("3 not}"));
}

TEST(Template, ALiteralScalarIsWhatTheCoreSchemaSays) {
  EXPECT_EQ(template_value("12", Node::Style::plain), Value(12));
  EXPECT_EQ(template_value("12"), Value("12"));
  EXPECT_EQ(template_value("yes", Node::Style::plain), Value("yes"));
}

TEST(Template, PartsWithoutATextAreRefusedWithAWayOut) {
  EXPECT_THAT(template_failure("x ${secrets.token}"),
              HasSubstr("is a secret, and a secret is never put into a longer text"));
  EXPECT_THAT(template_failure("x ${inputs.list}"), HasSubstr("join it: table.concat(list, \", \")"));
  EXPECT_THAT(template_failure("x ${inputs.nothing}"), HasSubstr("gives nothing"));
}

TEST(Template, AFailurePointsAtItsExpression) {
  const Result<Value> result = evaluated("/srv/${inputs.n .. nil}");
  ASSERT_FALSE(result);
  EXPECT_EQ(to_string(*result.error().position), ":3:13");
}

TEST(Evaluate, WhatIsNotYetKnownStaysWhereItStands) {
  const Node node =
      Node::map({{"known", {}, Node::scalar("${inputs.n}", Node::Style::quoted)},
                 {"later", {}, Node::list({Node::scalar("at ${steps.backup.time}", Node::Style::quoted)})}});
  Scope scope;
  scope.inputs = &template_inputs();
  EXPECT_EQ(evaluate(node, scope).value(),
            Value(ValueMap{{"known", 3}, {"later", ValueList{NotYetKnown{"backup"}}}}));
}

}  // namespace
}  // namespace mxodus
