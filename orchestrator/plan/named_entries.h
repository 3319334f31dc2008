#pragma once

#include "orchestrator/playbook/playbook.h"
#include "orchestrator/step_api/declaration.h"

namespace mxodus {

/// Whether a playbook has the hosts, zones, repositories and accounts that a bound value of a parameter
/// names. One `invalid` for each that it has not, whose hint is the nearest name, or all that it knows.
Diagnostics missing_entries(const Playbook& playbook, const ParamSpec& spec, const Value& bound);

/// The hint for a name that is none of these: the nearest of them, or all.
std::string known_names(const std::string& wrong, const std::vector<std::string>& known);

}  // namespace mxodus
