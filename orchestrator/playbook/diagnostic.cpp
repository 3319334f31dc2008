#include "orchestrator/playbook/diagnostic.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/playbook/source_lines.h"

namespace mxodus {
namespace {

constexpr std::size_t widest_line = 160;  // characters of a line that are shown

/// The offset of character `number`, counted from 0.
std::size_t offset_of(std::string_view utf8, std::size_t number) {
  std::size_t at = 0;
  while (at < utf8.size() && number > 0) {
    ++at;
    while (at < utf8.size() && (utf8[at] & 0xC0) == 0x80) ++at;
    --number;
  }
  return at;
}

/// The line with its number, and below it a caret under `column`.
std::string excerpt(std::string_view line, int number, int column) {
  const auto before = static_cast<std::size_t>(std::max(column - 1, 0));
  const std::size_t begin = before > widest_line / 2 ? offset_of(line, before - widest_line / 2) : 0;
  const std::size_t caret = offset_of(line, before);
  const std::size_t end = begin + offset_of(line.substr(begin), widest_line);
  const std::string label = std::to_string(number);
  const std::string margin(label.size() < 5 ? 5 - label.size() : 0, ' ');
  std::string blank(count_characters(printable(line.substr(begin, caret - begin))), ' ');
  const std::string lead = begin > 0 ? "…" : "";
  std::string shown = printable(line.substr(begin, end - begin));
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  std::string text = margin + label + " | " + lead + shown + (end < line.size() ? "…" : "") + "\n";
  if (column > 0)
    text += std::string(margin.size() + label.size(), ' ') + " | " + (begin > 0 ? " " : "") + blank + "^\n";
  return text;
}

std::string name_of(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

}  // namespace

std::string render_diagnostic(const Error& fault, std::string_view text, Severity severity) {
  std::string shown;
  if (fault.position) shown += printable_line(to_string(*fault.position), 300) + ": ";
  shown += name_of(severity) + ": " + printable(one_line(fault)) + " [" + fault.code + "]\n";
  if (fault.position && fault.position->line > 0) {
    const SourceLines lines(text);
    const auto number = static_cast<std::size_t>(fault.position->line);
    if (number <= lines.count())
      shown += excerpt(lines.line(number), fault.position->line, fault.position->column);
  }
  if (!fault.hint.empty()) shown += "      " + printable(fault.hint) + "\n";
  return shown;
}

nlohmann::json diagnostic_to_json(const Error& fault, Severity severity) {
  nlohmann::json json = {{"severity", name_of(severity)}, {"code", fault.code}, {"message", one_line(fault)}};
  if (!fault.hint.empty()) json["hint"] = fault.hint;
  if (!fault.position) return json;
  json["file"] = fault.position->file;
  if (fault.position->line > 0) json["line"] = fault.position->line;
  if (fault.position->column > 0) json["column"] = fault.position->column;
  return json;
}

void merge_diagnostics(Diagnostics& faults, Diagnostics more) {
  const auto place = [](const Error& error) {
    return error.position ? std::tuple(error.position->line, error.position->column) : std::tuple(0, 0);
  };
  std::move(more.begin(), more.end(), std::back_inserter(faults));
  std::stable_sort(faults.begin(), faults.end(),
                   [&](const Error& a, const Error& b) { return place(a) < place(b); });
}

}  // namespace mxodus
