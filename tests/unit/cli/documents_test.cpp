#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/cli/commands.h"
#include "orchestrator/core/text.h"
#include "orchestrator/playbook/inputs.h"
#include "orchestrator/playbook/load.h"

namespace mxodus {
namespace {

namespace fs = std::filesystem;
using testing::Contains;

struct Shown {
  std::string line;
  bool is_whole;  ///< stands in a block; a text may leave out what it does not speak of
};

/// Of a document: lines of its blocks, and what its text has between backticks, with or without `mxodus`.
std::vector<Shown> command_lines(const fs::path& document, const std::string& commands) {
  static const std::regex of_block("^(?:\\$ )?(mxodus [a-z][^#>]*)");
  static const std::regex of_text("`(mxodus [a-z][^`]*|(?:" + commands + ") [^`]+)`");
  std::vector<Shown> shown;
  std::ifstream in(document);
  bool in_block = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) in_block = !in_block;
    const std::regex& pattern = in_block ? of_block : of_text;
    for (std::sregex_iterator found(line.begin(), line.end(), pattern), end; found != end; ++found) {
      const std::string words = (*found)[1];
      shown.push_back({words.starts_with("mxodus ") ? words : "mxodus " + words, in_block});
    }
  }
  return shown;
}

std::vector<fs::path> documents() {
  const fs::path root = MXODUS_SOURCE_DIR;
  std::vector<fs::path> found = {root / "README.md", root / "CONTRIBUTING.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs"))
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  return found;
}

/// What is wrong with a command line; empty where the program takes it. Nothing is run.
std::string refusal(const Shown& shown) {
  Cli cli;
  add_command_line(cli);
  try {
    // Where a document leaves words to the reader, no command takes the … itself.
    cli.app.parse(std::regex_replace(shown.line, std::regex("…"), "words"), true);
  } catch (const CLI::RequiredError& error) {
    if (shown.is_whole || cli.app.get_subcommands().empty()) return error.what();
  } catch (const CLI::ArgumentMismatch& error) {
    if (shown.is_whole) return error.what();
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return {};
}

std::string command_names() {
  Cli cli;
  add_command_line(cli);
  std::vector<std::string> names;
  for (const CLI::App* command : cli.app.get_subcommands({})) names.push_back(command->get_name());
  return join(names, "|");
}

TEST(Documents, ShowNoCommandAndNoOptionThatTheProgramDoesNotHave) {
  const std::string commands = command_names();
  std::vector<std::string> lines;
  for (const fs::path& document : documents())
    for (const Shown& shown : command_lines(document, commands)) {
      lines.push_back(shown.line);
      EXPECT_EQ(refusal(shown), "") << document << " shows: " << shown.line;
    }
  EXPECT_THAT(lines, Contains("mxodus plan emergency-move.yaml       ")) << "of a block";
  EXPECT_THAT(lines, Contains("mxodus approve loss_window")) << "of a text";
  EXPECT_THAT(lines, Contains("mxodus resume --playbook FILE")) << "of a text, without mxodus";
}

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// As a reader's browser makes it of a heading.
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char c : lower(heading)) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_') anchor += c;
    if (c == ' ') anchor += '-';
  }
  return anchor;
}

std::vector<std::string> anchors_in(const fs::path& document) {
  std::vector<std::string> anchors;
  bool in_block = false;
  for (const std::string& line : split(text_of(document), '\n')) {
    if (trim(line).starts_with("```")) in_block = !in_block;
    const std::size_t blank = line.find(' ');
    if (!in_block && line.starts_with('#') && blank != std::string::npos)
      anchors.push_back(anchor_of(line.substr(blank + 1)));
  }
  return anchors;
}

TEST(Documents, LinkToFilesAndHeadingsThatAreThere) {
  static const std::regex link(R"re(\]\(([^)#: ]*)(#([^) ]+))?\))re");
  std::vector<std::string> seen;
  for (const fs::path& document : documents()) {
    const std::string text = text_of(document);
    for (std::sregex_iterator found(text.begin(), text.end(), link), end; found != end; ++found) {
      const std::string file = (*found)[1], heading = (*found)[3];
      const fs::path target = file.empty() ? document : document.parent_path() / file;
      seen.push_back((*found)[0]);
      EXPECT_TRUE(fs::exists(target)) << document << " links to " << target;
      if (heading.empty()) continue;
      EXPECT_THAT(anchors_in(target), Contains(heading)) << document;
    }
  }
  EXPECT_THAT(seen, Contains("](docs/operating.md#before-the-first-plan)"));
}

TEST(Documents, ShowAFileOfInputsThatTheEmergencyMoveTakes) {
  const fs::path root = MXODUS_SOURCE_DIR;
  const std::string text = text_of(root / "docs" / "operating.md");
  const std::size_t begin = text.find("  # inputs.yaml\n"), end = text.find("```", begin);
  ASSERT_NE(begin, std::string::npos);
  const auto loaded =
      load_playbook(text_of(root / "playbooks" / "emergency-move.yaml"), "emergency-move.yaml");
  ASSERT_TRUE(loaded.faults.empty());
  GivenInputs given;
  given.file_text = text.substr(begin, end - begin);
  given.file_name = "inputs.yaml";
  const auto resolved = resolve_inputs(loaded.playbook, given);
  EXPECT_TRUE(resolved.faults.empty()) << resolved.faults.front().message;
  EXPECT_EQ(*resolved.values.find("mailboxes"), Value(70));
}

TEST(Documents, ACommandLineThatTheProgramDoesNotTakeIsSeen) {
  EXPECT_NE(refusal({"mxodus aprove go", false}), "");
  EXPECT_NE(refusal({"mxodus plan x.yaml --detailed", false}), "");
  EXPECT_NE(refusal({"mxodus plan", true}), "");
  EXPECT_EQ(refusal({"mxodus plan", false}), "");
}

}  // namespace
}  // namespace mxodus
