#include <algorithm>
#include <exception>

#include <sys/resource.h>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/help.h"
#include "orchestrator/cli/interrupt.h"
#include "orchestrator/cli/private_memory.h"

namespace {

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
  mxodus::keep_memory_private();
  mxodus::take_interrupts();
  allow_open_files();
  mxodus::Cli cli;
  mxodus::add_command_line(cli);
  try {
    cli.app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return cli.app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return mxodus::report(mxodus::usage_error(cli.app, {argv + 1, argv + argc}, error));
  }
  try {
    return cli.chosen ? cli.chosen() : mxodus::exit_usage;
  } catch (const std::exception& defect) {
    return mxodus::report({mxodus::ErrorKind::internal,
                           "mxodus.defect",
                           std::string("mxodus broke off, by a defect of its own: ") + defect.what(),
                           {},
                           {},
                           "jobs on hosts go on; mxodus status says how far a run had come"});
  }
}
