#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "orchestrator/core/error.h"

namespace mxodus {

/// A fault keeps a playbook from running; a warning (of lint) does not.
enum class Severity { error, warning };

/// One fault for people: place, sentence and code, the line it is in with a caret, and the hint. Ends with a
/// line break. `text` is the file that the fault is about; without a position, or one beyond it, the line is
/// left out.
///
///     move.yaml:12:5: error: step restore has no key "hots" [playbook.unknown-key]
///        12 |     hots: new
///           |     ^
///        did you mean "host"?
std::string render_diagnostic(const Error& fault, std::string_view text, Severity severity = Severity::error);

/// {"severity", "code", "message", "hint", "file", "line", "column"}: what an editor needs; what is not known
/// is left out.
nlohmann::json diagnostic_to_json(const Error& fault, Severity severity = Severity::error);

/// All of `more` put among `faults`, by place.
void merge_diagnostics(Diagnostics& faults, Diagnostics more);

}  // namespace mxodus
