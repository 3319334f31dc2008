#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include "orchestrator/playbook/load.h"
#include "orchestrator/step_api/reference.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

const nlohmann::json& schema() {
  static const nlohmann::json all = playbook_schema(make_catalog());
  return all;
}

const nlohmann::json& keys_of_steps() {
  return schema()["properties"]["steps"]["additionalProperties"]["properties"];
}

/// The parameters of a step type.
const nlohmann::json& parameters(const std::string& type) {
  for (const auto& rule : schema()["properties"]["steps"]["additionalProperties"]["allOf"])
    if (rule["if"]["properties"]["uses"]["const"] == type)
      return rule["then"]["properties"]["with"]["properties"];
  static const nlohmann::json none = nlohmann::json::object();
  return none;
}

TEST(Schema, KnowsEverythingThatTheReadyPlaybookSays) {
  const YAML::Node playbook = YAML::LoadFile(MXODUS_SOURCE_DIR "/playbooks/emergency-move.yaml");
  for (const auto& section : playbook)
    EXPECT_TRUE(schema()["properties"].contains(section.first.Scalar())) << section.first.Scalar();
  std::size_t seen = 0;
  for (const auto& step : playbook["steps"]) {
    const std::string type = step.second["uses"].Scalar();
    EXPECT_THAT(keys_of_steps()["uses"]["enum"], testing::Contains(type));
    for (const auto& key : step.second)
      EXPECT_TRUE(keys_of_steps().contains(key.first.Scalar())) << step.first << ": " << key.first;
    for (const auto& parameter : step.second["with"])
      EXPECT_TRUE(parameters(type).contains(parameter.first.Scalar()))
          << step.first << ": " << parameter.first;
    ++seen;
  }
  EXPECT_GT(seen, 50u);
}

TEST(Schema, GivesAStepNoKeyThatAPlaybookMayNotHave) {
  for (const auto& [key, schema_of_key] : keys_of_steps().items()) {
    if (key == "uses") continue;
    const LoadedPlaybook loaded = load_playbook(
        "mxodus: 1\nname: n\nhosts: {h: {local: true}}\nsteps:\n  a: {uses: wait, " + key + ": 1}\n",
        "p.yaml");
    const bool unknown = std::any_of(loaded.faults.begin(), loaded.faults.end(),
                                     [](const Error& fault) { return fault.code == "playbook.unknown-key"; });
    EXPECT_FALSE(unknown) << key;
  }
}

TEST(Schema, RequiresWhatAStepTypeRequires) {
  const auto& rules = schema()["properties"]["steps"]["additionalProperties"]["allOf"];
  const auto command = std::find_if(rules.begin(), rules.end(), [](const auto& rule) {
    return rule["if"]["properties"]["uses"]["const"] == "command";
  });
  ASSERT_NE(command, rules.end());
  EXPECT_THAT((*command)["then"]["properties"]["with"]["required"], testing::Contains("effect"));
  EXPECT_EQ((*command)["then"]["properties"]["with"]["additionalProperties"], false);
}

}  // namespace
}  // namespace mxodus
