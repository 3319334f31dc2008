#pragma once

#include <string>
#include <string_view>

#include "orchestrator/core/error.h"
#include "orchestrator/playbook/playbook.h"

namespace mxodus {

/// A playbook with everything that is wrong with it. While there are faults, the playbook is only good for
/// finding more of them.
struct LoadedPlaybook {
  Playbook playbook;
  Diagnostics faults;  ///< in the order of their places; empty for a good playbook
};

/// Reads a playbook (UTF-8). Finds at once: what is no YAML, unknown and duplicate keys, values of the wrong
/// kind, names that nothing has. Expressions of `with` and the order of steps are left to order_steps(),
/// which knows the step types. Needs no connection.
LoadedPlaybook load_playbook(std::string_view text, const std::string& file);

/// Whether a word can name a step, input, host and so on: `[a-z][a-z0-9_]*`, at most 64, no keyword of Lua.
bool is_step_id(std::string_view word);

}  // namespace mxodus
