#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/file.h"
#include "orchestrator/plan/lint.h"
#include "orchestrator/plan/playbook_check.h"
#include "orchestrator/playbook/diagnostic.h"
#include "orchestrator/playbook/load.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

std::vector<std::filesystem::path> playbooks() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(MXODUS_SOURCE_DIR "/playbooks"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  return files;
}

class ReadyPlaybook : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(ReadyPlaybook, HasNoFaultAgainstTheCatalogue) {
  const auto text = read_file(GetParam(), 8u << 20);
  ASSERT_TRUE(text);
  const Catalog catalog = make_catalog();
  LoadedPlaybook loaded = load_playbook(*text, GetParam().filename());
  merge_diagnostics(loaded.faults, check_playbook(loaded.playbook, catalog).faults);
  for (const Error& fault : loaded.faults) ADD_FAILURE() << render_diagnostic(fault, *text);
  EXPECT_THAT(loaded.playbook.steps, testing::Not(testing::IsEmpty()));
}

TEST_P(ReadyPlaybook, HasNothingThatLintWarnsOf) {
  const auto text = read_file(GetParam(), 8u << 20);
  ASSERT_TRUE(text);
  const Catalog catalog = make_catalog();
  const LoadedPlaybook loaded = load_playbook(*text, GetParam().filename());
  const CheckedPlaybook checked = check_playbook(loaded.playbook, catalog);
  ASSERT_TRUE(checked.order);
  for (const Error& warning : lint(loaded.playbook, *checked.order, catalog))
    ADD_FAILURE() << render_diagnostic(warning, *text, Severity::warning);
}

INSTANTIATE_TEST_SUITE_P(All, ReadyPlaybook, testing::ValuesIn(playbooks()), [](const auto& playbook) {
  std::string name = playbook.param.stem();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

}  // namespace
}  // namespace mxodus
