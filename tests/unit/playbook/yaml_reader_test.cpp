#include "orchestrator/playbook/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mxodus {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Read {
  std::optional<Node> tree;
  Diagnostics faults;
};

Read read(const std::string& text, const YamlLimits& limits = {}) {
  Faults faults("p.yaml");
  auto tree = read_yaml(text, faults, limits);
  return {std::move(tree), faults.take()};
}

/// "line:column code" of the only fault.
std::string only_fault(const std::string& text, const YamlLimits& limits = {}) {
  const Read result = read(text, limits);
  EXPECT_THAT(result.faults, SizeIs(1)) << text;
  if (result.faults.empty()) return {};
  const Error& fault = result.faults.front();
  return std::to_string(fault.position->line) + ":" + std::to_string(fault.position->column) + " " +
         fault.code;
}

TEST(YamlReader, KeepsOrderPlacesAndHowTextIsWritten) {
  const Read result = read("b: x\na:\n  - \"1\"\n  - 1\n");
  ASSERT_TRUE(result.tree);
  ASSERT_THAT(result.tree->entries(), SizeIs(2));
  EXPECT_EQ(result.tree->entries()[0].key, "b");
  const Node& list = *result.tree->find("a");
  EXPECT_EQ(list.items()[0].mark(), (Mark{3, 5}));
  EXPECT_EQ(scalar_value(list.items()[0]), Value("1"));
  EXPECT_EQ(scalar_value(list.items()[1]), Value(1));
}

TEST(YamlReader, ColumnsCountCharactersNotBytes) {
  EXPECT_EQ(read("{é: ü, b: x}").tree->find("b")->mark(), (Mark{1, 11}));
}

TEST(YamlReader, ColumnsOfAVeryLongLineAreRight) {
  constexpr std::size_t keys =
      20'000;  // as a program writes it; counting each from the line's begin takes minutes
  std::string text = "{";
  std::vector<std::uint32_t> columns;
  std::uint32_t column = 2;
  for (std::size_t i = 0; i < keys; ++i) {
    const std::string key = "é" + std::to_string(i) + ": ";
    columns.push_back(column + static_cast<std::uint32_t>(key.size()) - 1);
    text += key + "ü, ";
    column = columns.back() + 3;
  }
  text += "z: 1}\n";
  const Read result = read(text);
  ASSERT_THAT(result.faults, IsEmpty());
  ASSERT_THAT(result.tree->entries(), SizeIs(keys + 1));
  for (std::size_t i = 0; i < keys; ++i)
    ASSERT_EQ(result.tree->entries()[i].value.mark(), (Mark{1, columns[i]})) << i;
}

TEST(CoreSchema, IsThatOfYaml12) {
  const auto value = [](const char* text) { return scalar_value(Node::scalar(text, Node::Style::plain)); };
  for (const char* text : {"yes", "no", "on", "off", "y", "22:00", "0b11", "1_000", "2024-05-11", "0x", "0o8",
                           ".", "-", "1e", "12h", "nan", "tRue", "99999999999999999999"})
    EXPECT_EQ(value(text), Value(text));
  for (const char* text : {"", "~", "null", "Null", "NULL"}) EXPECT_EQ(value(text), Value()) << text;
  EXPECT_EQ(value("True"), Value(true));
  EXPECT_EQ(value("010"), Value(10));
  EXPECT_EQ(value("0o10"), Value(8));
  EXPECT_EQ(value("0x1F"), Value(31));
  EXPECT_EQ(value("-7"), Value(-7));
  EXPECT_EQ(value("+7"), Value(7));
  EXPECT_EQ(value("1.5e3"), Value(1500.0));
  EXPECT_EQ(value("-.5"), Value(-0.5));
}

TEST(YamlReader, NamesBothPlacesOfADuplicateKeyAndGoesOn) {
  const Read result = read("a: 1\nb: 2\na: 3\nb: 4\n");
  ASSERT_THAT(result.faults, SizeIs(2));
  EXPECT_EQ(to_string(*result.faults[0].position), "p.yaml:3:1");
  EXPECT_THAT(result.faults[0].message, HasSubstr("line 1"));
  EXPECT_EQ(scalar_value(*result.tree->find("a")), Value(1));
}

TEST(YamlReader, RefusesWhatYaml12OrAPlaybookDoesNotKnow) {
  EXPECT_EQ(only_fault("a: !!binary aGk="), "1:4 playbook.tag");
  EXPECT_EQ(only_fault("a: !secret x"), "1:4 playbook.tag");
  EXPECT_EQ(only_fault("[a, b]: c"), "1:1 playbook.key-not-text");
  EXPECT_EQ(only_fault("a: 1\n---\nb: 2\n"), "2:1 playbook.second-document");
  EXPECT_EQ(only_fault(""), "1:1 playbook.empty");
  EXPECT_EQ(only_fault("# nothing\n"), "1:1 playbook.empty");
  EXPECT_EQ(only_fault("% nothing\n"), "1:1 playbook.empty");
  EXPECT_THAT(read("a: !!str 5").faults, IsEmpty());
}

TEST(YamlReader, ExplainsWhatIsNoYaml) {
  EXPECT_EQ(only_fault("a:\n\tb: 1\n"), "2:1 playbook.tab");
  EXPECT_EQ(only_fault("a: \"x\nb: y\n"), "1:4 playbook.yaml");
  EXPECT_EQ(only_fault("a: b: c\n"), "1:5 playbook.yaml");
  EXPECT_EQ(only_fault("a: *nowhere\n"), "1:4 playbook.yaml");
  EXPECT_EQ(only_fault("a: {b: 1\nc: 2\n"), "2:2 playbook.yaml");
}

TEST(YamlReader, ABareTemplateInAFlowMapIsToldToBeQuoted) {
  const Read result = read("with: {to: ${inputs.data}, x: 1}\n");
  ASSERT_FALSE(result.faults.empty());
  EXPECT_EQ(result.faults[0].code, "playbook.bare-template");
  EXPECT_EQ(to_string(*result.faults[0].position), "p.yaml:1:12");
  EXPECT_EQ(result.faults[0].hint, "quote it: \"${inputs.data}\"");
}

TEST(YamlReader, RefusesBytesThatAreNoText) {
  EXPECT_EQ(only_fault(std::string("a: 1\nb: \x04 2\n")), "2:4 playbook.control-character");
  EXPECT_EQ(only_fault("a: 1\nb: \xff\n"), "2:1 playbook.encoding");
  EXPECT_THAT(read("\xEF\xBB\xBF"
                   "a: 1\n")
                  .faults,
              IsEmpty())
      << "a byte order mark is no fault";
}

TEST(YamlReader, AliasesRepeatTheNode) {
  const Read result = read("a: &x {k: [1, 2]}\nb: *x\n");
  ASSERT_THAT(result.faults, IsEmpty());
  EXPECT_EQ(plain_value(*result.tree->find("b")), plain_value(*result.tree->find("a")));
  EXPECT_EQ(only_fault("a: &x [*x]\n"), "1:8 playbook.alias-in-itself");
}

TEST(YamlReader, LimitsHoldForAliasesToo) {
  EXPECT_EQ(only_fault("a: [1, 2, 3]\n", {.nodes = 2}), "1:11 playbook.too-large");
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int n = 1; n < 10; ++n) laughs += ", " + below;
    laughs += "]\n";
  }
  EXPECT_THAT(only_fault(laughs), HasSubstr("playbook.too-large"));
  EXPECT_EQ(only_fault(std::string(65, '[') + std::string(65, ']')), "1:65 playbook.too-deep");
  EXPECT_THAT(only_fault(std::string(100'000, '[')), HasSubstr("playbook.too-deep"));
  EXPECT_EQ(only_fault("a: 12345", {.bytes = 5}), "1:1 playbook.too-large");
}

}  // namespace
}  // namespace mxodus
