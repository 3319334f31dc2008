#pragma once

#include <string>

#include "orchestrator/run/step_table.h"

namespace mxodus {

/// Why an item that could begin does not, as far as failures keep it back: a sentence, or empty where nothing
/// does, or where something that it waits for has not ended. Asks no host.
std::string held_back(const StepTable& table, const RunState& state, const ItemId& id);

}  // namespace mxodus
