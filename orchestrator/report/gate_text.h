#pragma once

#include <cstddef>
#include <string>

#include "orchestrator/report/style.h"
#include "orchestrator/step_api/gate.h"

namespace mxodus {

/// What a gate offers beside its question, a line each, `indent` columns in: "( ) left" of a choice,
/// "[ ] webmail" of a checklist, "suggested: 12" of an answer. Empty where it asks for a yes.
std::string offer_text(const Question& question, const Style& style, std::size_t indent);

}  // namespace mxodus
