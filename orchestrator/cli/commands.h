#pragma once

#include "orchestrator/cli/cli.h"

namespace mxodus {

/// All that can be typed: the options of the program, and every command.
void add_command_line(Cli& cli);

// Each adds its subcommand, or its few; one file each under commands/.
void add_init(Cli& cli);
void add_validate(Cli& cli);
void add_doctor(Cli& cli);
void add_plan(Cli& cli);
void add_run(Cli& cli);
void add_resume(Cli& cli);
void add_status(Cli& cli);
void add_log(Cli& cli);
void add_explain(Cli& cli);
void add_report(Cli& cli);
void add_steps(Cli& cli);
void add_schema(Cli& cli);
void add_probe(Cli& cli);
void add_completion(Cli& cli);
void add_decisions(Cli& cli);  ///< approve reject answer retry accept skip cancel note end
void add_rollback(Cli& cli);
void add_do(Cli& cli);

/// --run ID, as many commands have it.
void add_run_option(CLI::App& command, std::string& run);

}  // namespace mxodus
