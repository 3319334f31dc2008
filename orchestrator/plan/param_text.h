#pragma once

#include <functional>

#include "orchestrator/playbook/template.h"
#include "orchestrator/step_api/step_type.h"

namespace mxodus {

// What is written for parameters, with its `${…}`. Scripts are never interpolated, neither a raw parameter
// nor the script of a command, nor those of a step inside a step.

/// The value of one parameter; `spec` is nullptr for a name that the type does not have.
Result<Value> evaluate_param(const Catalog& catalog, const ParamSpec* spec, const Node& written,
                             const Scope& scope);
/// The values of a whole `with:`, not yet bound; `with` may be null.
Result<ValueMap> evaluate_with(const Catalog& catalog, const StepDeclaration& type, const Node& with,
                               const Scope& scope);
/// `{uses: …, with: {…}, host: …, from: …}`.
Result<Value> evaluate_nested_step(const Catalog& catalog, const Node& written, const Scope& scope);

/// Calls `visit` for every scalar under `with` that has a `${…}` which is evaluated.
void for_each_template_in(const Catalog& catalog, const StepDeclaration& type, const Node& with,
                          const std::function<void(const Node& scalar)>& visit);
/// The same of `{uses: …, with: {…}, host: …, from: …}`.
void for_each_template_in_step(const Catalog& catalog, const Node& written,
                               const std::function<void(const Node& scalar)>& visit);

}  // namespace mxodus
