#include "orchestrator/playbook/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/playbook/lua_interpreter.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Node scalar(const std::string& text) {
  return Node::scalar(text, Node::Style::plain, {7, 3}, true);
}

const Value& inputs() {
  static const Value map = ValueMap{{"domain", "example.org"},
                                    {"began", *parse_time("2024-05-11T07:07+02:00")},
                                    {"users", ValueList{"alice", "bob"}},
                                    {"addresses", ValueList{"192.0.2.1", "2001:db8::1", "192.0.2.2"}},
                                    {"room", Size{2LL << 30}}};
  return map;
}
const Value& steps() {
  static const Value map = ValueMap{{"backup", ValueMap{{"time", *parse_time("2024-05-11T04:07Z")},
                                                        {"bytes", Size{1 << 30}},
                                                        {"files", 12},
                                                        {"ready", false}}},
                                    {"check", ValueMap{{"later", NotYetKnown{"check"}}, {"now", 1}}}};
  return map;
}

Result<Value> run(const std::string& source) {
  auto expression = Expression::parse(scalar(source));
  if (!expression) return tl::unexpected(expression.error());
  Scope scope;
  scope.inputs = &inputs();
  scope.steps = &steps();
  return expression->evaluate(scope);
}
Value value(const std::string& source) {
  Result<Value> result = run(source);
  EXPECT_TRUE(result) << source << ": " << (result ? "" : one_line(result.error()));
  return result ? *result : Value();
}
std::string failure(const std::string& source) {
  Result<Value> result = run(source);
  EXPECT_FALSE(result) << source << " gives " << (result ? to_string(*result) : "");
  return result ? "" : result.error().message + " | " + result.error().hint;
}

TEST(Expression, KeepsTheTypeOfWhatItReads) {
  EXPECT_EQ(value("inputs.domain"), Value("example.org"));
  EXPECT_EQ(value("steps.backup.files + 1"), Value(13));
  EXPECT_EQ(value("steps.backup.ready"), Value(false));
  EXPECT_EQ(value("inputs.users"), Value(ValueList{"alice", "bob"}));
  EXPECT_EQ(value("steps.backup.bytes"), Value(Size{1 << 30}));
  EXPECT_EQ(value("{a = 1, b = {true}}"), Value(ValueMap{{"a", 1}, {"b", ValueList{true}}}));
  EXPECT_EQ(value("steps.backup.nothing_of_the_kind"), Value());
}

TEST(Expression, TellsAddressesByTheirFamily) {
  EXPECT_EQ(value("ipv4(inputs.addresses)"), Value(ValueList{"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(value("ipv6(inputs.addresses)[1]"), Value("2001:db8::1"));
  EXPECT_EQ(value("ipv6({'192.0.2.1'})"), Value(ValueList{}));
  EXPECT_EQ(value("#ipv6({})"), Value(0));
  EXPECT_THAT(failure("ipv4(inputs.users)"), HasSubstr("holds something that is no address"));
  EXPECT_THAT(failure("ipv4({1})"), HasSubstr("holds something that is no address"));
  EXPECT_THAT(failure("ipv4(inputs.room)"), HasSubstr("length"));
}

TEST(Expression, WhatIsNotYetKnownEndsItAsNotYetKnown) {
  EXPECT_EQ(value("steps.check.later > 5"), Value(NotYetKnown{"check"}));
  EXPECT_EQ(value("steps.somewhere.else_ .. 'x'"), Value(NotYetKnown{"somewhere"}));
  EXPECT_EQ(value("steps.check.now"), Value(1)) << "the rest of the step is known";
  EXPECT_EQ(value("false and steps.check.later"), Value(false)) << "it is not read";
}

TEST(Expression, ASecretIsHandedOnByNameAndGivesAwayNothing) {
  EXPECT_EQ(value("secrets.token"), Value(SecretRef{"token"}));
  for (const char* leak :
       {"secrets.token .. 'x'", "#secrets.token", "secrets.token:sub(1)", "tostring(secrets.token)",
        "string.format('%s', secrets.token)", "secrets.token < 'a'", "secrets.token.name"})
    EXPECT_THAT(failure(leak), HasSubstr("secret token can only be handed on whole")) << leak;
}

TEST(Quantities, CompareOnlyWithTheirKind) {
  EXPECT_EQ(value("steps.backup.bytes < size('2GiB')"), Value(true));
  EXPECT_EQ(value("inputs.began - steps.backup.time == duration('1h')"), Value(true));
  EXPECT_THAT(failure("steps.backup.bytes < duration('1h')"),
              HasSubstr("a size compares only with a size, not with a duration"));
  EXPECT_THAT(failure("steps.backup.bytes > 5"),
              HasSubstr("a size compares only with a size, not with number"));
  EXPECT_THAT(failure("size('1B') == ratio('1x')"),
              HasSubstr("a size compares only with a size, not with a ratio"));
}

TEST(Quantities, CalculateWhereItMakesSense) {
  EXPECT_EQ(value("steps.backup.bytes * 2 + size('1B')"), Value(Size{(2LL << 30) + 1}));
  EXPECT_EQ(value("steps.backup.bytes * ratio('50%')"), Value(Size{512 << 20}));
  EXPECT_EQ(value("inputs.room / steps.backup.bytes"), Value(Ratio{2}));
  EXPECT_EQ(value("inputs.began + duration('30m') - inputs.began"), Value(Duration{milliseconds(1'800'000)}));
  EXPECT_EQ(value("duration('1h') / 4"), Value(Duration{milliseconds(900'000)}));
  EXPECT_EQ(value("duration('90s').seconds + size('2kB').bytes"), Value(2090));
  EXPECT_THAT(failure("inputs.began + inputs.began"), HasSubstr("cannot add a time and a time"));
  EXPECT_THAT(failure("steps.backup.bytes + 5"), HasSubstr("cannot add a size and number"));
  EXPECT_THAT(failure("size('8000000GB') * 1000000"), HasSubstr("too large"));
  EXPECT_THAT(failure("duration('1w') * 16000"), HasSubstr("longer than 100 years"));
  EXPECT_THAT(failure("duration('16000w')"), HasSubstr("longer than 100 years"));
  EXPECT_THAT(failure("duration('5')"), HasSubstr("\"5\" is not a duration"));
  EXPECT_THAT(failure("size(5)"), HasSubstr("a size is made of a text with a unit"));
}

struct Mistake {
  const char* source;
  const char* told;
};

TEST(Expression, MistakesOfOtherLanguagesAreToldWhatToWrite) {
  for (const Mistake& mistake : std::vector<Mistake>{
           {"inputs.domain != 'x'", "\"!=\" is not Lua | write ~="},
           {"true && false", "\"&&\" is not Lua | write and"},
           {"true || false", "\"||\" is not Lua | write or"},
           {"!steps.backup.ready", "\"!\" is not Lua | write not"},
           {"inputs.domain == null", "\"null\" is not Lua | write nil"},
           {"steps.backup.files = 3", "gives nothing a new value | compare with =="},
           {"steps.backup.bytes > 5GiB", "a number with a unit is written as a call | write size(\"5GiB\")"},
           {"inputs.began - 12h", "written as a call | write duration(\"12h\")"},
           {"imputs.domain", "there is nothing named \"imputs\" here | did you mean inputs?"},
           {"'abc", "a text begins here and never ends"},
           {"(1", "this bracket is never closed"},
           {"1)", "this bracket closes nothing"},
           {"", "an expression is wanted here"},
           {"--", "nothing stands between"},
           {"1, 2", "this is no Lua expression"},
           {"1; 2", "this is no Lua expression"},
           {"${inputs.domain}", "this is an expression already, without ${ }"}}) {
    EXPECT_THAT(failure(mistake.source), HasSubstr(mistake.told)) << mistake.source;
  }
}

TEST(Expression, StepsAndSecretsAreFollowedByALiteralName) {
  for (const char* wrong :
       {"steps", "steps[inputs.domain]", "steps['a' .. 'b']", "#steps", "{steps}", "secrets[item]"})
    EXPECT_THAT(failure(wrong), HasSubstr("must be followed by a name that stands here as it is")) << wrong;
  EXPECT_THAT(failure("(function() local steps = 1 return steps end)()"),
              HasSubstr("steps cannot be the name of a variable"));
}

TEST(Expression, KnowsWhatItReadsWithoutRunning) {
  const auto expression = Expression::parse(scalar(
      "steps.backup.time and steps[\"loss\"]['when'] and ({steps = hosts.new.ipv4}).steps or inputs[item]"));
  ASSERT_TRUE(expression) << one_line(expression.error());
  EXPECT_THAT(
      expression->references(),
      ElementsAre(Reference{"steps", {"backup", "time"}, {7, 3}},
                  Reference{"steps", {"loss", "when"}, {7, 25}}, Reference{"hosts", {"new", "ipv4"}, {7, 61}},
                  Reference{"inputs", {}, {7, 87}}, Reference{"item", {}, {7, 94}}));
}

TEST(Expression, AnErrorPointsAtTheWord) {
  const auto expression = Expression::parse(scalar("inputs.domain != 'x'"));
  ASSERT_FALSE(expression);
  EXPECT_EQ(to_string(*expression.error().position), ":7:17");
}

TEST(Sandbox, HasNothingThatReachesOutsideOrDependsOnChance) {
  for (const char* name :
       {"os",        "io",     "debug",  "require",      "load",         "loadstring",     "dofile",
        "coroutine", "rawset", "rawget", "setmetatable", "getmetatable", "collectgarbage", "pcall",
        "print",     "next",   "pairs",  "_G",           "_ENV",         "package",        "utf8"})
    EXPECT_THAT(failure(name), HasSubstr("there is nothing named")) << name;
  for (const char* gone :
       {"string.dump", "math.random", "math.randomseed", "string.pack", "table.move", "('').dump"})
    EXPECT_EQ(value(gone), Value()) << gone;
}

TEST(Sandbox, ShowsNoAddressOfAnything) {
  for (const char* source : {"tostring({})", "tostring(tonumber)", "string.format('%s', {})",
                             "string.format('%p', 'x')", "string.format('%5p', {})", "('%s'):format(inputs)"})
    EXPECT_THAT(failure(source), Not(HasSubstr("0x"))) << source;
}

TEST(Sandbox, OneEvaluationLeavesNothingToTheNext) {
  EXPECT_EQ(value("(function() string.upper = nil return 1 end)()"), Value(1));
  EXPECT_EQ(value("('x'):upper()"), Value("X"));
}

TEST(Sandbox, WhatDoesNotEndIsEnded) {
  for (const char* source : {"(function() while true do end end)()", "(function() repeat until false end)()",
                             "(function() local function f() return f() end return f() end)()"})
    EXPECT_THAT(failure(source), HasSubstr("does not come to an end")) << source;
}

TEST(Sandbox, WhatTakesTooMuchMemoryIsEnded) {
  for (const char* source :
       {"('x'):rep(1000000):rep(1000)",
        "(function() local t = {} while true do t[#t + 1] = ('x'):rep(9999) .. #t end end)()",
        "(function() local s = 'x' while true do s = s .. s end end)()"})
    EXPECT_THAT(failure(source), HasSubstr("more memory than it may have")) << source;
}

TEST(Sandbox, OneCallThatWouldRunForEverIsRefused) {
  EXPECT_THAT(failure("string.rep('', 1000000000000)"), HasSubstr("repeated 1000000 times at most"));
  EXPECT_THAT(failure("('a'):rep(100):find(('a*'):rep(20) .. 'b')"), HasSubstr("could take too long"));
  EXPECT_THAT(failure("('a'):rep(30):match(('a?'):rep(30) .. ('a'):rep(30))"),
              HasSubstr("could take too long"));
  EXPECT_EQ(value("('postfix 3.7.11'):match('^postfix (%d+)%.(%d+)')"), Value("3"));
  EXPECT_EQ(value("('a.b'):find('.', 1, true)"), Value(2));
}

TEST(Sandbox, AResultThatGrowsWithoutEndIsRefused) {
  for (const char* source : {"(function() local t = {} t.t = t return t end)()",
                             "(function() local t = {} for i = 1, 30 do t = {t, t} end return t end)()",
                             "0/0", "tostring", "{1, nil, 3}"})
    EXPECT_FALSE(failure(source).empty()) << source;
}

}  // namespace
}  // namespace mxodus
