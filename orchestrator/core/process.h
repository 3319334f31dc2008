#pragma once

#include "orchestrator/core/command.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"

namespace mxodus {

/// Runs a program of this machine (found through PATH, no shell) in a process group of its own, with
/// the environment of mxodus plus `command.env`. Blocks until it ends, the deadline passes or a stop is asked
/// for; in the last two cases the group gets TERM, after 2 s KILL, and the outcome is NoAnswer. An error only
/// where the program could not be started at all (`not_found`, `io`). Any thread.
Result<CommandResult> run_process(const Command& command, const Deadline& deadline);

}  // namespace mxodus
