#include "orchestrator/playbook/yaml_faults.h"

#include <algorithm>
#include <array>
#include <optional>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  // printable() puts U+FFFD where bytes are no UTF-8, and leaves the rest alone.
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const bool ascii = std::none_of(line.begin(), line.end(), [](char c) { return (c & 0x80) != 0; });
    if (!ascii && line.find(replacement) == std::string_view::npos &&
        printable(line).find(replacement) != std::string::npos)
      return begin;
    begin = end + 1;
  }
  return std::nullopt;
}

struct Explanation {
  std::string_view parser_says;
  std::string_view sentence;
  std::string_view hint;
};

constexpr std::array<Explanation, 13> explanations = {{
    {"end of map not found", "this line does not fit into the map that it stands in",
     "indent it like the keys above it, and look for a missing colon or quote before it"},
    {"end of map flow not found", "the map that begins with { does not end here as it should",
     "look for a missing }, comma or quote; quote values with { } [ ] , or # in them"},
    {"end of sequence not found", "this line does not fit into the list that it stands in",
     "indent it like the other elements, each after \"- \""},
    {"end of sequence flow not found", "the list that begins with [ does not end here as it should",
     "look for a missing ], comma or quote; quote values with { } [ ] , or # in them"},
    {"illegal map value", "a colon cannot stand here", "quote a value with \": \" in it"},
    {"illegal map key", "a key cannot stand here", "put it on a line of its own"},
    {"illegal block entry", "a list element cannot stand here", "put the list on the lines after its key"},
    {"illegal EOF in scalar", "a quote is opened and never closed", "close it"},
    {"illegal document indicator", "a quoted text runs into the end of the document", "close the quote"},
    {"illegal flow end", "a } or ] closes nothing", "remove it, or quote the text it belongs to"},
    {"the referenced anchor is not defined", "this alias names an anchor that is not defined above it",
     "define it with &name, or write the value out"},
    {"unknown escape character", "a backslash in \"…\" begins an escape that does not exist",
     "write \\\\ for a backslash, or use '…'"},
    {"unknown token", "no YAML value can begin like this", "quote it"},
}};

/// Where an unquoted ${ stands inside { } or [ ] of this line, in bytes.
std::optional<std::size_t> bare_template(std::string_view line) {
  bool in_flow = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (line.substr(i, 2) == "${") {
      if (in_flow) return i;
      return std::nullopt;
    } else if (c == '{' || c == '[') {
      in_flow = true;
    }
  }
  return std::nullopt;
}

bool explain_bare_template(ParserPlace where, const SourceLines& lines, Faults& faults) {
  constexpr int lines_back = 3;
  for (int line = where.line; line >= 0 && line >= where.line - lines_back; --line) {
    const std::string_view text = lines.line(static_cast<std::size_t>(line) + 1);
    const auto column = bare_template(text);
    if (!column) continue;
    const std::string_view rest = text.substr(*column);
    const std::string example(rest.substr(0, std::min(rest.find('}'), rest.size() - 1) + 1));
    faults.add(lines.mark(line, static_cast<int>(*column)), "playbook.bare-template",
               "inside { } or [ ] the brace of ${ begins a map of its own", "quote it: \"" + example + "\"");
    return true;
  }
  return false;
}

/// Inside { } and [ ] yaml-cpp ends an unquoted text at a ?, where YAML 1.2 goes on with it.
bool explain_question_mark(ParserPlace where, const SourceLines& lines, Faults& faults) {
  const std::string_view line = lines.line(static_cast<std::size_t>(where.line) + 1);
  const auto at = static_cast<std::size_t>(where.column);
  constexpr std::string_view outside = "{[, ";
  if (at == 0 || at >= line.size() || line[at] != '?' || outside.find(line[at - 1]) != std::string_view::npos)
    return false;
  const std::size_t opening = line.find_last_of("{[,", at);
  const std::size_t colon = line.rfind(": ", at);
  std::size_t begin = opening == std::string_view::npos ? 0 : opening + 1;
  if (colon != std::string_view::npos) begin = std::max(begin, colon + 2);
  const std::size_t end = std::min(line.find_first_of(",]}", at), line.size());
  faults.add(lines.mark(where.line, where.column), "playbook.bare-question-mark",
             "inside { } or [ ] a ? ends a text that is not quoted",
             "quote it: \"" + std::string(trim(line.substr(begin, end - begin))) + "\"");
  return true;
}

bool explain_tab(ParserPlace where, const SourceLines& lines, Faults& faults) {
  const std::string_view line = lines.line(static_cast<std::size_t>(where.line) + 1);
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos || line.find_first_not_of(" \t") < tab) return false;
  faults.add(lines.mark(where.line, static_cast<int>(tab)), "playbook.tab", "a tab stands in the indentation",
             "indent with spaces");
  return true;
}

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// The offset of the quote that closes a text, looked for from `at` on.
std::optional<std::size_t> closing_quote(std::string_view line, std::size_t at, char quote) {
  for (; at < line.size(); ++at) {
    if (line[at] == '\\' && quote == '"') {
      ++at;
    } else if (line[at] == quote) {
      if (quote == '"' || at + 1 == line.size() || line[at + 1] != quote) return at;
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace

void check_quote(int line, int column, const SourceLines& lines, Faults& faults) {
  const auto first = static_cast<std::size_t>(line) + 1;
  const auto begin = static_cast<std::size_t>(column);
  const std::string_view opening = lines.line(first);
  if (begin >= opening.size() || (opening[begin] != '"' && opening[begin] != '\'')) return;
  const char quote = opening[begin];
  if (closing_quote(opening, begin + 1, quote)) return;
  for (std::size_t number = first + 1; number <= lines.count(); ++number) {
    const std::string_view text = lines.line(number);
    if (!trim(text).empty() && indentation(text) <= indentation(opening)) break;
    if (closing_quote(text, 0, quote)) return;
  }
  faults.add(lines.mark(line, column), "playbook.yaml", "a quote is opened here and not closed",
             "close it; further lines of the same text are indented more than this one");
}

bool check_encoding(std::string_view text, const SourceLines& lines, std::size_t limit, Faults& faults) {
  if (text.size() > limit) {
    faults.add({1, 1}, "playbook.too-large",
               "the playbook has " + std::to_string(text.size()) + " bytes, and " + std::to_string(limit) +
                   " are the most that are read",
               "split it");
    return false;
  }
  const auto mark_of = [&](std::size_t at) {
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    const std::size_t line_end = text.substr(0, at).rfind('\n');
    return lines.mark(static_cast<int>(line),
                      static_cast<int>(line_end == std::string_view::npos ? at : at - line_end - 1));
  };
  if (const auto* bad = std::find_if(text.begin(), text.end(), is_forbidden); bad != text.end()) {
    faults.add(mark_of(static_cast<std::size_t>(bad - text.begin())), "playbook.control-character",
               "a control character stands here: " + printable(std::string_view(bad, 1)),
               "remove it; in \"…\" it can be written as an escape");
    return false;
  }
  if (const auto bad = first_invalid_utf8(text)) {
    faults.add(mark_of(*bad), "playbook.encoding", "this line is not UTF-8", "save the file as UTF-8");
    return false;
  }
  return true;
}

void add_syntax_fault(const std::string& message, ParserPlace where, const SourceLines& lines,
                      Faults& faults) {
  if (explain_bare_template(where, lines, faults) || explain_question_mark(where, lines, faults) ||
      explain_tab(where, lines, faults))
    return;
  const Mark mark = lines.mark(where.line, where.column);
  const auto* known = std::find_if(
      explanations.begin(), explanations.end(),
      [&](const Explanation& explanation) { return message.starts_with(explanation.parser_says); });
  if (known == explanations.end()) {
    faults.add(mark, "playbook.yaml", "this is not valid YAML: " + printable_line(message));
    return;
  }
  faults.add(mark, "playbook.yaml", std::string(known->sentence), std::string(known->hint));
}

}  // namespace mxodus
