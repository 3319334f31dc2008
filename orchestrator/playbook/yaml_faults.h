#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "orchestrator/playbook/faults.h"
#include "orchestrator/playbook/source_lines.h"

namespace mxodus {

/// Refuses what must not reach the YAML parser: too many bytes, no UTF-8, control characters (one of which
/// yaml-cpp takes for the end of the file).
bool check_encoding(std::string_view text, const SourceLines& lines, std::size_t limit, Faults& faults);

/// Refuses a quoted text that begins at `line` and byte `column` (from 0) and is never closed, or has lines
/// that are not indented. yaml-cpp takes all up to the next quote, or to the end of the file, for its
/// content: steps that nobody would miss.
void check_quote(int line, int column, const SourceLines& lines, Faults& faults);

/// Where the YAML parser gave up, from 0, in bytes.
struct ParserPlace {
  int line = 0;
  int column = 0;
};

/// Says in an operator's words what the parser's message means.
void add_syntax_fault(const std::string& message, ParserPlace where, const SourceLines& lines,
                      Faults& faults);

}  // namespace mxodus
