#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/core/text.h"
#include "orchestrator/playbook/diagnostic.h"
#include "orchestrator/playbook/load.h"

namespace mxodus {
namespace {

const std::filesystem::path root = MXODUS_SOURCE_DIR;

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// What stands between ```LANGUAGE and ``` for the first time.
std::string block(const std::string& page, const std::string& language) {
  const std::string opening = "```" + language + "\n";
  const std::size_t begin = page.find(opening) + opening.size();
  return page.substr(begin, page.find("\n```", begin) + 1 - begin);
}

TEST(PlaybookPage, ItsExampleIsAPlaybook) {
  const std::string example = block(content(root / "docs/playbook.md"), "yaml");
  const LoadedPlaybook loaded = load_playbook(example, "docs/playbook.md");
  for (const Error& fault : loaded.faults) ADD_FAILURE() << render_diagnostic(fault, example);
  EXPECT_EQ(loaded.playbook.steps.size(), 3u);
}

TEST(PlaybookPage, ItsErrorsAreThoseThatTheProgramGives) {
  std::string golden;
  for (const auto& entry : std::filesystem::directory_iterator(root / "tests/unit/playbook/bad"))
    if (entry.path().extension() == ".expected") golden += content(entry.path());
  int errors = 0;
  for (const std::string& line : split(block(content(root / "docs/playbook.md"), "text"), '\n')) {
    if (line.find("error: ") != std::string::npos) ++errors;
    EXPECT_THAT(golden, testing::HasSubstr(line));
  }
  EXPECT_GE(errors, 5);
}

}  // namespace
}  // namespace mxodus
