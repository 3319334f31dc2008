#pragma once

#include <string>

#include "orchestrator/journal/run_state.h"
#include "orchestrator/run/edges.h"

namespace mxodus {

/// Why nothing that changes or asks may begin, or empty. A failure stops changing, not looking: it holds
/// unless its step says `continue` or `warn`, or allows that share of its items (`stop_after`). What is in
/// doubt holds too.
std::string held_by(const StepTable& table, const RunState& state, const Expansions& expansions);

/// Whether more items of this step have failed than `stop_after` allows.
bool stopped_by_failures(const RunStep& step, const RunState& state, const Expansions& expansions);

/// Whether a clean-up step is called for: a step that names it has failed.
bool called_for(const StepTable& table, const RunState& state, const std::string& clean_up);

}  // namespace mxodus
