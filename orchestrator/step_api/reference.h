#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// The reference of all step types in Markdown, made from their declarations: docs/steps.md.
std::string reference_markdown(const Catalog& catalog);
/// One step type for the terminal.
std::string reference_text(const StepDeclaration& type);

/// The JSON Schema (draft 2020-12) of a playbook, for editors. Expressions are allowed wherever a value is.
nlohmann::json playbook_schema(const Catalog& catalog);

}  // namespace mxodus
