#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/command.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// `sh -c SCRIPT mxodus ARGUMENTS…` with `input` on its stdin: the script finds its arguments as "$1", "$2"…,
/// so that no value is ever pasted into shell text.
Command script_command(std::string_view script, std::vector<std::string> arguments = {},
                       std::string input = {});

/// The same for a script that uses `there PATH`: absent is told from what the user who logs in may not see,
/// which ends the script with a status other than 0.
Command sighted_command(std::string_view script, std::vector<std::string> arguments);

/// Runs a reading command. An outcome that nobody knows becomes an error of kind `no_answer` that names the
/// host and `what` was asked ("the clock").
Result<CommandResult> ask(HostReader& host, const Command& command, std::string_view what,
                          const Deadline& deadline);

/// The same for a command that has to end with status 0; other ends are `no_answer` too, with what it said
/// on stderr: they tell nothing about what was asked.
Result<std::string> ask_text(HostReader& host, const Command& command, std::string_view what,
                             const Deadline& deadline);

/// Several commands in one round trip; one without an answer makes all of them unanswered.
Result<std::vector<CommandResult>> ask_all(HostReader& host, const std::vector<Command>& commands,
                                           std::string_view what, const Deadline& deadline);

/// The last lines that a program wrote on stderr, or else on stdout, made safe, on one line.
std::string last_words(const CommandResult& result);

}  // namespace mxodus
