#include <algorithm>

#include <sys/resource.h>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/help.h"
#include "orchestrator/cli/interrupt.h"
#include "orchestrator/cli/version.h"

namespace {

using AddCommand = void (*)(mxodus::Cli&);

// In the order in which a person meets them.
constexpr AddCommand commands[] = {
    mxodus::add_init,       mxodus::add_validate, mxodus::add_doctor,    mxodus::add_plan,
    mxodus::add_run,        mxodus::add_resume,   mxodus::add_status,    mxodus::add_log,
    mxodus::add_explain,    mxodus::add_report,   mxodus::add_decisions, mxodus::add_do,
    mxodus::add_rollback,   mxodus::add_steps,    mxodus::add_schema,    mxodus::add_probe,
    mxodus::add_completion,
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
      "Exit codes: 0 done, 1 failed, 2 usage, 3 plan has changes, 4 parked, 5 refused,\n"
      "6 in doubt or unknown, 130 interrupted. Begin with: mxodus init");
}

/// A look at the DNS has up to 256 sockets open, there may be several at once, and each host takes some: the
/// usual 1,024 are soon used up. What is not allowed stays as it is.
void allow_open_files() {
  constexpr rlim_t enough = 16384;
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= enough) return;
  limit.rlim_cur = std::min(limit.rlim_max, enough);
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  mxodus::take_interrupts();
  allow_open_files();
  mxodus::Cli cli;
  add_global_options(cli);
  for (const AddCommand add : commands) add(cli);
  mxodus::set_help(cli.app);
  try {
    cli.app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return cli.app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return mxodus::report(mxodus::usage_error(cli.app, {argv + 1, argv + argc}, error));
  }
  return cli.chosen ? cli.chosen() : mxodus::exit_usage;
}
