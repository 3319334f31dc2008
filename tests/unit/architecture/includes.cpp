#include "tests/unit/architecture/includes.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace mxodus {
namespace {

std::string_view without_leading_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

/// What follows `#include` on a line; empty where the line is no such directive.
std::string_view operand(std::string_view line) {
  line = without_leading_blanks(line);
  if (!line.starts_with('#')) return {};
  line = without_leading_blanks(line.substr(1));
  for (const std::string_view directive : {"include_next", "include", "import"})
    if (line.starts_with(directive)) return without_leading_blanks(line.substr(directive.size()));
  return {};
}

std::string target_of(std::string_view operand) {
  const char close = operand.front() == '<' ? '>' : '"';
  const bool delimited = operand.front() == '<' || operand.front() == '"';
  const std::size_t end = delimited ? operand.find(close, 1) : std::string_view::npos;
  return std::string(end == std::string_view::npos ? operand : operand.substr(1, end - 1));
}

bool is_cpp(const std::filesystem::path& path) {
  static constexpr std::array kExtensions = {".h", ".hpp", ".hh",  ".inc", ".ipp",
                                             ".c", ".cc",  ".cpp", ".cxx"};
  return std::find(kExtensions.begin(), kExtensions.end(), path.extension()) != kExtensions.end();
}

}  // namespace

std::vector<Include> includes_of(const std::string& file, std::string_view text) {
  std::vector<Include> found;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view what = operand(text.substr(0, end));
    ++number;
    if (!what.empty()) found.push_back({file, number, target_of(what), what.front() == '"'});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

std::vector<Include> includes_below(const std::string& folder) {
  const std::filesystem::path root = MXODUS_SOURCE_DIR;
  std::vector<Include> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
    if (!is_cpp(entry.path())) continue;
    const std::string file = std::filesystem::relative(entry.path(), root).generic_string();
    const std::vector<Include> more = includes_of(file, source_text(file));
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

std::string violation(const Include& include, const std::string& rule) {
  return include.file + ":" + std::to_string(include.line) + ": includes " + include.target + ": " + rule;
}

std::vector<std::string> violations(const std::vector<Include>& includes, BrokenRule broken_rule) {
  std::vector<std::string> found;
  for (const Include& include : includes)
    if (const std::string rule = broken_rule(include); !rule.empty())
      found.push_back(violation(include, rule));
  return found;
}

std::string lines(const std::vector<std::string>& violations) {
  std::string text;
  for (const std::string& one : violations) text += "\n" + one;
  return text;
}

std::string folders(std::string_view path, int count) {
  std::size_t end = 0;
  for (; count > 0; --count) {
    const std::size_t slash = path.find('/', end == 0 ? 0 : end + 1);
    if (slash == std::string_view::npos) break;
    end = slash;
  }
  return std::string(path.substr(0, end));
}

bool lies_in(std::string_view path, std::string_view place) {
  return place.ends_with('/') ? path.starts_with(place) : path == place;
}

bool lies_in_one_of(std::string_view path, const std::vector<std::string>& places) {
  return std::any_of(places.begin(), places.end(),
                     [&](const std::string& place) { return lies_in(path, place); });
}

std::string source_text(const std::string& path) {
  std::ifstream file(std::filesystem::path(MXODUS_SOURCE_DIR) / path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace mxodus
