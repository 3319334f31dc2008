#pragma once

#include <string>
#include <vector>

#include "orchestrator/playbook/playbook.h"
#include "orchestrator/report/post_mortem.h"

namespace mxodus {

// What gives a run away, longer ones first, each once.

/// The people and laptops of the run.
std::vector<std::string> people_in(const RunRecord& record);

/// Domains in lower case, with a dot at least: inputs of type hostname, domains of mail addresses in inputs
/// of type text, the names of hosts under `hosts` and of zones under `dns`.
std::vector<std::string> domains_in(const RunRecord& record, const Playbook& playbook);

/// Inputs of type path, without `/`.
std::vector<std::string> paths_in(const RunRecord& record, const Playbook& playbook);

}  // namespace mxodus
