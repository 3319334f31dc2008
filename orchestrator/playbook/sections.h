#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/playbook/faults.h"
#include "orchestrator/playbook/playbook.h"

namespace mxodus {

/// The sections of a playbook beside its steps; each takes the map under its key and puts what is wrong into
/// `faults`.
std::vector<InputSpec> read_inputs(const Node& section, Faults& faults);
std::vector<SecretSpec> read_secrets(const Node& section, Faults& faults);
std::vector<HostEntry> read_hosts(const Node& section, Faults& faults);
std::vector<ResourceSpec> read_resources(const Node& section, const std::string& what, Faults& faults);
std::optional<NotifySpec> read_notify(const Node& section, Faults& faults);
/// Also of the settings of a laptop, which has the same section.
ResolverSpec read_resolver(const Node& section, Faults& faults);

/// The steps, with `defaults` (a map or null) filled in where a step says nothing.
std::vector<StepSpec> read_steps(const Node& section, const Node& defaults, Faults& faults);
/// The keys that `defaults` may have.
const std::vector<std::string>& default_keys();

/// Faults for names that cannot be used in expressions.
void check_name(const Node::Entry& entry, const std::string& what, Faults& faults);

}  // namespace mxodus
