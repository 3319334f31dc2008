#include "orchestrator/playbook/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/playbook/load.h"

namespace mxodus {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Playbook playbook() {
  const LoadedPlaybook loaded = load_playbook(
      "mxodus: 1\n"
      "name: t\n"
      "inputs:\n"
      "  domain: {type: hostname}\n"
      "  began: {type: time}\n"
      "  gap: {type: duration, default: 12h}\n"
      "  users: {type: text, list: true, default: []}\n"
      "  build: {default: 010}\n"
      "  engine: {type: enum, values: [restic, borg], default: restic}\n"
      "steps:\n"
      "  a: {uses: look}\n",
      "p.yaml");
  EXPECT_THAT(loaded.faults, IsEmpty());
  return loaded.playbook;
}

TEST(ResolveInputs, AnOptionWinsOverTheFileAndTheFileOverTheDefault) {
  const Playbook book = playbook();
  const ResolvedInputs inputs =
      resolve_inputs(book, {{{"domain", "Mail.Example.ORG."}, {"users", "alice, bob"}},
                            "domain: other.example.org\nbegan: 2024-05-11T07:07+02:00\ngap: 6h\n",
                            "in.yaml"});
  ASSERT_THAT(inputs.faults, IsEmpty()) << one_line(inputs.faults[0]);
  EXPECT_THAT(inputs.missing, IsEmpty());
  EXPECT_EQ(inputs.values, Value(ValueMap{{"domain", "mail.example.org"},
                                          {"began", *parse_time("2024-05-11T05:07Z")},
                                          {"gap", Duration{std::chrono::hours(6)}},
                                          {"users", ValueList{"alice", "bob"}},
                                          {"build", "010"},
                                          {"engine", "restic"}}));
}

TEST(ResolveInputs, WhatNobodyGaveIsAskedFor) {
  const Playbook book = playbook();
  const ResolvedInputs inputs = resolve_inputs(book, {});
  ASSERT_THAT(inputs.missing, SizeIs(2));
  EXPECT_EQ(inputs.missing[0]->name, "domain");
  EXPECT_EQ(inputs.missing[1]->name, "began");
}

TEST(ResolveInputs, FindsEveryMistakeAtOnce) {
  const Playbook book = playbook();
  const ResolvedInputs inputs = resolve_inputs(book, {{{"gap", "12"}, {"domian", "x"}, {"engine", "bork"}},
                                                      "began: yesterday\nusers: alice\nport: 25\n",
                                                      "in.yaml"});
  std::string told;
  for (const Error& fault : inputs.faults)
    told += (fault.position ? to_string(*fault.position) + ": " : "") + one_line(fault) + " | " + fault.hint +
            "\n";
  EXPECT_THAT(told, HasSubstr("-i gap: \"12\" is not a duration | write it as 90s"));
  EXPECT_THAT(told, HasSubstr("-i domian: the playbook has no input \"domian\" | did you mean domain?"));
  EXPECT_THAT(told, HasSubstr("-i engine: \"bork\" is none of restic, borg | did you mean borg?"));
  EXPECT_THAT(told, HasSubstr("in.yaml:1:8: input began: \"yesterday\" is not a time"));
  EXPECT_THAT(told,
              HasSubstr("in.yaml:2:8: input users: a text stands where a list is due | write [one, two]"));
  EXPECT_THAT(told, HasSubstr("in.yaml:3:1: the playbook has no input \"port\""));
  EXPECT_THAT(inputs.faults, SizeIs(6));
}

struct Reading {
  ScalarType type;
  const char* text;
  Value value;
};

TEST(ParseTyped, GivesOneCanonicalForm) {
  for (const Reading& reading :
       std::vector<Reading>{{ScalarType::address, "2001:DB8:0::10", "2001:db8::10"},
                            {ScalarType::address, "192.0.2.10", "192.0.2.10"},
                            {ScalarType::hostname, "MX.Example.org.", "mx.example.org"},
                            {ScalarType::hostname, "_dmarc.example.org", "_dmarc.example.org"},
                            {ScalarType::path, "/srv/mail", "/srv/mail"},
                            {ScalarType::text, "010", "010"},
                            {ScalarType::integer, "010", 10},
                            {ScalarType::boolean, "True", true}})
    EXPECT_EQ(parse_typed(reading.type, reading.text).value(), reading.value) << reading.text;
}

TEST(ParseTyped, RefusesWhatIsOfAnotherType) {
  for (const auto& [type, text] :
       std::vector<std::pair<ScalarType, const char*>>{{ScalarType::address, "192.0.2"},
                                                       {ScalarType::address, "mail.example.org"},
                                                       {ScalarType::hostname, "a..b"},
                                                       {ScalarType::hostname, "-a.b"},
                                                       {ScalarType::hostname, "münchen.example"},
                                                       {ScalarType::path, "srv/mail"},
                                                       {ScalarType::boolean, "yes"},
                                                       {ScalarType::integer, "1.5"},
                                                       {ScalarType::duration, "12"},
                                                       {ScalarType::size, "12"}}) {
    const Result<Value> value = parse_typed(type, text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, "type." + std::string(to_string(type)));
    EXPECT_NE(value.error().hint, "");
  }
}

TEST(ConvertTyped, ABareNumberIsNoQuantityButAnIntegerHasAText) {
  EXPECT_FALSE(convert_typed(ScalarType::duration, Value(12)));
  EXPECT_EQ(convert_typed(ScalarType::text, Value(25)).value(), Value("25"));
  EXPECT_EQ(convert_typed(ScalarType::size, Value("1KiB")).value(), Value(Size{1024}));
  EXPECT_EQ(convert_typed(ScalarType::size, Value(NotYetKnown{"a"})).value(), Value(NotYetKnown{"a"}));
  EXPECT_FALSE(convert_typed(ScalarType::text, Value(SecretRef{"token"})));
  EXPECT_FALSE(convert_typed(ScalarType::text, Value()));
}

}  // namespace
}  // namespace mxodus
