#pragma once

#include "orchestrator/cli/cli.h"
#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// Makes `--help` of the program and of its commands fit into 80 columns. After all commands were added.
void set_help(CLI::App& app);

/// What is wrong with the command line, with the nearest word that would be right. `error` is CLI11's, for
/// `words` (without the program's name).
Error usage_error(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error);

/// There is no step type of this name; the nearest, where one is near.
Error unknown_step_type(const Catalog& catalog, const std::string& name);

}  // namespace mxodus
