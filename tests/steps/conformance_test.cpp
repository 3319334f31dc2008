#include <algorithm>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/plan/lint.h"
#include "orchestrator/playbook/yaml_reader.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// What every step type of the catalogue promises, whoever wrote it.
class Conformance : public testing::TestWithParam<std::string> {
 protected:
  static const Catalog& catalog() {
    static const Catalog all = make_catalog();
    return all;
  }
  const StepType& type() const { return *catalog().find(GetParam()); }
  const StepDeclaration& declaration() const { return type().declaration(); }
  bool acts() const { return declaration().effect != Effect::observe; }
};

bool is_name(const std::string& name) {
  return std::regex_match(name, std::regex("[a-z][a-z0-9_]*"));
}

TEST_P(Conformance, IsNamedAsOnesWriteIt) {
  EXPECT_TRUE(std::regex_match(declaration().name, std::regex("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)?")));
  EXPECT_GE(declaration().version, 1);
}

TEST_P(Conformance, SaysWhatItIsFor) {
  EXPECT_FALSE(declaration().summary.empty());
  EXPECT_THAT(declaration().summary, Not(EndsWith("."))) << "a summary is a heading, not a sentence";
  EXPECT_THAT(declaration().summary, Not(HasSubstr("\n")));
  EXPECT_GT(declaration().doc.size(), 80u) << "the reference needs more than the summary";
  EXPECT_THAT(declaration().doc, EndsWith("."));
}

TEST_P(Conformance, DocumentsEveryParameter) {
  std::set<std::string> seen;
  for (const ParamSpec& param : declaration().params) {
    EXPECT_TRUE(is_name(param.name)) << param.name;
    EXPECT_TRUE(seen.insert(param.name).second) << param.name << " is declared twice";
    EXPECT_THAT(param.doc, EndsWith(".")) << param.name;
    EXPECT_EQ(param.type == mxodus::ParamType::enumeration, !param.choices.empty()) << param.name;
    EXPECT_FALSE(param.required && !param.fallback.is_null()) << param.name << " never falls back";
    if (param.fallback.is_null()) continue;
    const auto bound = bind_params(declaration(), {});
    EXPECT_TRUE(bound.params.has(param.name)) << param.name << ": its fallback does not bind";
  }
}

TEST_P(Conformance, DocumentsEveryOutput) {
  std::set<std::string> seen;
  for (const OutputSpec& output : declaration().outputs) {
    EXPECT_TRUE(is_name(output.name)) << output.name;
    EXPECT_TRUE(seen.insert(output.name).second) << output.name << " is declared twice";
    EXPECT_THAT(output.doc, EndsWith(".")) << output.name;
  }
}

TEST_P(Conformance, ShowsAnExampleOfItself) {
  EXPECT_THAT(declaration().example, HasSubstr("uses: " + declaration().name + "\n"));
  EXPECT_TRUE(std::regex_search(declaration().example, std::regex("^[a-z][a-z0-9_]*:\n"))) << "with its id";
  EXPECT_THAT(declaration().example, EndsWith("\n"));
  EXPECT_THAT(declaration().example, Not(HasSubstr("\t")));
  const bool names_host = std::regex_search(declaration().example, std::regex("\n  host: "));
  EXPECT_TRUE(declaration().host != HostUse::required || names_host);
  EXPECT_TRUE(declaration().host != HostUse::none || !names_host);
}

/// What is computed in a playbook is not yet known here.
Value without_expressions(const Value& value) {
  if (const auto* text = value.get<std::string>())
    return text->find("${") == std::string::npos ? value : Value(NotYetKnown{"an_expression"});
  if (const auto* list = value.get<ValueList>()) {
    ValueList plain;
    for (const Value& item : *list) plain.push_back(without_expressions(item));
    return plain;
  }
  if (const auto* map = value.get<ValueMap>()) {
    ValueMap plain;
    for (const auto& [key, item] : *map) plain.emplace(key, without_expressions(item));
    return plain;
  }
  return value;
}

void expect_sensible(const Catalog& catalog, const std::string& uses, const Value& with) {
  const StepType* type = catalog.find(uses);
  ASSERT_TRUE(type) << "the example uses " << uses << ", which nobody knows";
  const auto* written = with.get<ValueMap>();
  const BoundParams bound = bind_params(type->declaration(), written ? *written : ValueMap());
  for (const Error& fault : bound.faults) ADD_FAILURE() << uses << ": " << fault.message;
  for (const ParamSpec& param : type->declaration().params) {
    const Value* nested = param.type == mxodus::ParamType::step ? with.find(param.name) : nullptr;
    if (!nested || !nested->find("uses")) continue;
    const Value* its_with = nested->find("with");
    expect_sensible(catalog, to_string(*nested->find("uses")), its_with ? *its_with : Value());
  }
  if (!bound.faults.empty() || !bound.params.waits_for().empty()) return;
  const auto checked = type->check(bound.params);
  EXPECT_TRUE(checked) << checked.error().message;
}

TEST_P(Conformance, ExampleIsAStepThatThePlaybookWouldTake) {
  Faults faults("example");
  const auto document = read_yaml(declaration().example, faults);
  ASSERT_TRUE(document && faults.empty()) << declaration().example;
  ASSERT_EQ(document->entries().size(), 1u) << "one step";
  const Node& step = document->entries().front().value;
  ASSERT_TRUE(step.find("uses"));
  const Node* with = step.find("with");
  expect_sensible(catalog(), step.find("uses")->text(),
                  with ? without_expressions(plain_value(*with)) : Value());
}

TEST_P(Conformance, TagsAreThoseThatLintReads) {
  EXPECT_THAT(lint_tags(), testing::IsSupersetOf(declaration().tags));
}

/// What is not offered says so with this code, so that a promise without its code is found here.
template <class T>
bool offered(const Result<T>& result) {
  return result || result.error().code != "step.not-offered";
}

TEST_P(Conformance, CanDoAndTakeBackWhatItsEffectPromises) {
  if (!acts()) return;
  EXPECT_TRUE(offered(type().apply(Params(), StepPlan()))) << "a type that acts needs apply()";
  const bool undone = offered(type().undo(Params(), Value(), Finding()));
  EXPECT_TRUE(undone || declaration().effect != Effect::change) << "a change needs its undo()";
}

TEST_P(Conformance, AGateAsksAndTakesAnswers) {
  const bool gate = declaration().kind == StepKind::gate;
  if (!gate) return;
  EXPECT_EQ(declaration().effect, Effect::observe);
  EXPECT_EQ(declaration().host, HostUse::none);
  EXPECT_FALSE(declaration().outputs.empty());
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  const Catalog catalog = make_catalog();
  for (const StepType* type : catalog.all()) names.push_back(type->declaration().name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(EveryType, Conformance, testing::ValuesIn(all_names()), [](const auto& type) {
  return std::regex_replace(type.param, std::regex("[^a-z0-9]"), "_");
});

}  // namespace
}  // namespace mxodus
