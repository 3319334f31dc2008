#pragma once

#include "orchestrator/journal/run_state.h"
#include "orchestrator/playbook/step_spec.h"

namespace mxodus {

/// The item that the next `do` of a run becomes: do.1, do.2, … No step of a playbook can have such a name.
ItemId next_adhoc(const RunState& state);

/// The item that the last `do` became; do.0 where there was none.
ItemId newest_adhoc(const RunState& state);

/// An ad-hoc step as if it stood in the playbook. Its words are taken as they are: no `${…}` is evaluated.
/// Its failure holds nothing back.
StepSpec adhoc_spec(const ItemId& id, const Adhoc& adhoc);

/// An ad-hoc step whose end is known: its verdict was told to whoever typed it, and says nothing about the
/// run.
bool is_past_adhoc(const ItemRecord& record);

}  // namespace mxodus
