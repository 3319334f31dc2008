#pragma once

#include <vector>

#include "orchestrator/playbook/expression.h"
#include "orchestrator/playbook/step_spec.h"
#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// What the expressions of a step read, each with its place: `if`, `for_each`, `host`, `from`, and `with` but
/// its scripts; and what is read only once it has acted, `until`, `breach` and `undo`. Expressions that are
/// no Lua are passed over; whoever checks the playbook reports them. The step's type is in the catalogue.
std::vector<Reference> references_of(const StepSpec& step, const Catalog& catalog);

}  // namespace mxodus
