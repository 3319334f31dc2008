#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/cli/cli.h"
#include "orchestrator/playbook/playbook.h"
#include "orchestrator/playbook/step_order.h"
#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// A playbook as it was read and found good. Does not move: what is made of it points into it.
struct CheckedFile {
  std::string text;
  Playbook playbook;
  StepOrder order;
};

/// Reads and checks a playbook; all faults at once on stderr (with --json as JSON on stdout), and nothing is
/// given.
std::unique_ptr<CheckedFile> check_text(const Cli& cli, std::string text, const std::string& file,
                                        const Catalog& catalog);
/// The same from a file; one that cannot be read is a fault too.
std::unique_ptr<CheckedFile> check_file(const Cli& cli, const std::string& path, const Catalog& catalog);

/// What the operator says on the command line about inputs.
struct InputOptions {
  std::vector<std::string> assignments;  ///< -i name=value
  std::string file;                      ///< --inputs FILE
};
void add_input_options(CLI::App& command, InputOptions& options);
/// The playbook and these options as words of a command line, for the command that comes next.
std::string words_of(const std::string& playbook, const InputOptions& options);

/// Says each time among the values again, with its offset and age: one typed without an offset is the
/// laptop's, and a wrong day is to be seen.
void echo_times(const ValueMap& values);

/// The inputs of a run: from the options, the defaults, and for the rest by asking on a terminal. Faults are
/// reported; then nothing is given.
std::optional<ValueMap> collect_inputs(const Cli& cli, const Playbook& playbook, const InputOptions& options);

}  // namespace mxodus
