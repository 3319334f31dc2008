#pragma once

#include <optional>

#include "orchestrator/playbook/playbook.h"
#include "orchestrator/playbook/template.h"
#include "orchestrator/step_api/declaration.h"

namespace mxodus {

/// Whether a playbook has the hosts, zones, repositories and accounts that a bound value of a parameter
/// names. One `invalid` for each that it has not, whose hint is the nearest name, or all that it knows.
Diagnostics missing_entries(const Playbook& playbook, const ParamSpec& spec, const Value& bound);

/// What is wrong with the names of records in a step that leaves its parameter `zone` out, so that its zone
/// is found by them: as ZoneFinder says it, with the place of the name. Nothing where all is well, and for
/// what is not known in `scope`, be it a name or a zone.
std::optional<Error> misplaced_record(const Playbook& playbook, const StepDeclaration& type, const Node& with,
                                      const Scope& scope);

/// The hint for a name that is none of these: the nearest of them, or all.
std::string known_names(const std::string& wrong, const std::vector<std::string>& known);

}  // namespace mxodus
