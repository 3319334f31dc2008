#pragma once

#include "orchestrator/core/command.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"

namespace mxodus {

/// Whose process group a program runs in. One in a group of its own is not in the foreground of the terminal:
/// Ctrl-C does not reach it, and it cannot ask there.
enum class ProcessGroup { own, ours };

/// Runs a program of this machine (found through PATH, no shell) with the environment of mxodus plus
/// `command.env`. Blocks until it ends, the deadline passes or a stop is asked for; in the last two cases its
/// group, or of ours the program alone, gets TERM, after 2 s KILL. The outcome is NoAnswer then, and where
/// nobody can say how it ended. An error only where the program could not be started at all (`not_found`,
/// `io`). Any thread.
Result<CommandResult> run_process(const Command& command, const Deadline& deadline,
                                  ProcessGroup group = ProcessGroup::own);

}  // namespace mxodus
