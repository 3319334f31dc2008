#include "steps/support/version.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// Digits and dots from the start of `text`; a number beyond any real version ends it.
Version leading_version(std::string_view text) {
  Version version;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && is_digit(*at)) {
    int number = 0;
    const auto parsed = std::from_chars(at, end, number);
    if (parsed.ec != std::errc{}) return {};
    version.numbers.push_back(number);
    at = parsed.ptr;
    if (end - at < 2 || at[0] != '.' || !is_digit(at[1])) break;
    ++at;
  }
  return version;
}

}  // namespace

int Version::compare(const Version& other) const {
  const std::size_t length = std::max(numbers.size(), other.numbers.size());
  for (std::size_t i = 0; i < length; ++i) {
    const int mine = i < numbers.size() ? numbers[i] : 0;
    const int theirs = i < other.numbers.size() ? other.numbers[i] : 0;
    if (mine != theirs) return mine < theirs ? -1 : 1;
  }
  return 0;
}

std::string to_string(const Version& version) {
  std::string text;
  for (const int number : version.numbers) text += (text.empty() ? "" : ".") + std::to_string(number);
  return text;
}

Version first_version(std::string_view text) {
  // Clients of MySQL and MariaDB begin with a version of their own: "Ver 15.1 Distrib 10.11.6-MariaDB".
  constexpr std::string_view of_all = " Distrib ";
  if (const std::size_t at = text.find(of_all); at != std::string_view::npos)
    if (Version version = leading_version(text.substr(at + of_all.size())); version.known()) return version;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_digit(text[i]) || (i > 0 && is_digit(text[i - 1]))) continue;
    Version version = leading_version(text.substr(i));
    if (version.numbers.size() >= 2) return version;
  }
  return {};
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
  VersionRange range;
  if (trim(text) == "any") return range;
  for (const std::string& word : split(text, ' ')) {
    if (word.empty()) continue;
    const std::size_t begin = word.find_first_not_of("<>=");
    const std::string relation = word.substr(0, begin);
    const Version version =
        begin == std::string::npos ? Version{} : leading_version(std::string_view(word).substr(begin));
    const bool relation_known =
        relation == ">=" || relation == ">" || relation == "<" || relation == "<=" || relation == "=";
    if (!relation_known || !version.known() || word.substr(begin) != to_string(version))
      return fail(ErrorKind::invalid, "version.range",
                  "\"" + printable_line(text) + "\" is no range of versions",
                  "write \">=0.16\", \">=0.16 <0.19\" or \"any\"");
    range.bounds_.push_back({relation, version});
  }
  if (range.bounds_.empty())
    return fail(ErrorKind::invalid, "version.range", "a range of versions is empty", "write \"any\"");
  return range;
}

bool VersionRange::holds(const Version& version) const {
  return std::all_of(bounds_.begin(), bounds_.end(), [&](const Bound& bound) {
    const int order = version.compare(bound.version);
    if (bound.relation == ">=") return order >= 0;
    if (bound.relation == ">") return order > 0;
    if (bound.relation == "<=") return order <= 0;
    if (bound.relation == "<") return order < 0;
    return order == 0;
  });
}

}  // namespace mxodus
