#include "orchestrator/cli/commands.h"

#include "orchestrator/cli/help.h"
#include "orchestrator/cli/version.h"
#include "orchestrator/core/advice.h"
#include "orchestrator/core/text.h"
#include "orchestrator/report/json_lines.h"

namespace mxodus {
namespace {

using AddCommand = void (*)(Cli&);

// In the order in which a person meets them.
constexpr AddCommand commands[] = {
    add_init,     add_validate, add_doctor,  add_plan,   add_run,        add_resume,
    add_status,   add_log,      add_explain, add_report, add_decisions,  add_do,
    add_rollback, add_steps,    add_schema,  add_probe,  add_completion,
};

/// Neither nothing nor the … of a suggested command is the word of a person.
std::string says_nothing(const std::string& text) {
  return trim(text).empty() || trim(text) == "…" ? "write your own words there" : std::string();
}

void add_global_options(Cli& cli) {
  cli.app.set_version_flag("--version", std::string("mxodus ") + mxodus_version);
  cli.app.add_flag("--json", cli.json, "data as JSON on stdout");
  // CLI11 wants what is wrong, or nothing. Opened before a run begins: a plan file is used only once.
  cli.app
      .add_option("--events", cli.events_file,
                  "write every event of a run to this file, one JSON object a line")
      ->check([&cli](const std::string& file) {
        auto out = open_events(file);
        if (!out) return with_advice(out.error());
        cli.events = std::move(*out);
        return std::string();
      });
  cli.app.add_flag("-q,--quiet", cli.quiet, "no progress");
  cli.app.add_flag("-v,--verbose", cli.verbose, "more: what is routine too");
  cli.app.add_flag("--no-input", cli.no_input, "ask nothing; a gate is never skipped by it");
  cli.app.require_subcommand(1);
  cli.app.footer(
      "Exit codes: 0 done, 1 failed, 2 usage, 3 plan has changes, 4 parked, 5 refused,\n"
      "6 in doubt or unknown, 130 interrupted. Begin with: mxodus init");
}

}  // namespace

void add_command_line(Cli& cli) {
  add_global_options(cli);
  for (const AddCommand add : commands) add(cli);
  for (CLI::App* command : cli.app.get_subcommands({}))
    for (const char* words : {"--why", "answer", "text"})
      if (CLI::Option* option = command->get_option_no_throw(words)) option->check(says_nothing);
  set_help(cli.app);
}

}  // namespace mxodus
