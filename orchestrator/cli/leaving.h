#pragma once

#include <string>

#include "orchestrator/cli/cli.h"
#include "orchestrator/run/summary.h"

namespace mxodus {

/// "done", "parked", "in doubt or unknown": how a process left with this code.
const char* word_of(ExitCode code);

/// Says how a process leaves a run: what waits for whom, what goes on without it, the next command. Returns
/// the exit code.
int take_leave(const Cli& cli, const std::string& run, Summary summary);

/// After an end that could not be recorded: the jobs that go on without this process, and the next command.
void leave_unrecorded(const std::string& run, const Summary& summary);

}  // namespace mxodus
