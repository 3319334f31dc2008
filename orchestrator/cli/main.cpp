#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/interrupt.h"
#include "orchestrator/cli/version.h"

namespace {

using AddCommand = void (*)(mxodus::Cli&);

constexpr AddCommand commands[] = {
    mxodus::add_init,  mxodus::add_rollback, mxodus::add_validate, mxodus::add_doctor,
    mxodus::add_plan,  mxodus::add_run,      mxodus::add_resume,   mxodus::add_status,
    mxodus::add_log,   mxodus::add_explain,  mxodus::add_report,   mxodus::add_decisions,
    mxodus::add_probe, mxodus::add_steps,    mxodus::add_schema,   mxodus::add_completion,
};

void add_global_options(mxodus::Cli& cli) {
  cli.app.set_version_flag("--version", std::string("mxodus ") + mxodus::mxodus_version);
  cli.app.add_flag("--json", cli.json, "data as JSON on stdout");
  cli.app.add_option("--events", cli.events,
                     "write every event of a run to this file, one JSON object a line");
  cli.app.add_flag("-q,--quiet", cli.quiet, "no progress");
  cli.app.add_flag("-v,--verbose", cli.verbose, "more; -vv for everything");
  cli.app.add_flag("--no-input", cli.no_input, "ask nothing; a gate is never skipped by it");
  cli.app.require_subcommand(1);
  cli.app.footer(
      "docs: exit codes 0 done, 1 failed, 2 usage, 3 plan has changes, 4 parked, 5 refused,\n6 in doubt, 130 "
      "interrupted");
}

}  // namespace

int main(int argc, char** argv) {
  mxodus::block_interrupts();
  mxodus::Cli cli;
  add_global_options(cli);
  for (const AddCommand add : commands) add(cli);
  try {
    cli.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = cli.app.exit(error);
    return code == 0 ? mxodus::exit_done : mxodus::exit_usage;
  }
  return cli.chosen ? cli.chosen() : mxodus::exit_usage;
}
