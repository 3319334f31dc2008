#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/drive.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/cli/revision.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/core/text.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct ResumeArguments {
  std::string run;
  std::string playbook;
  DriveOptions drive;
};

int resume(const Cli& cli, const ResumeArguments& options) {
  auto run = open_run(options.run);
  if (!run) return report(run.error());
  if (run->journal.state().phase == RunPhase::ended)
    return report({ErrorKind::refused,
                   "run.ended",
                   "the run " + run->directory.run() + " has ended",
                   {},
                   {},
                   "mxodus report " + run->directory.run()});
  auto plan = reviewed_plan(*run);
  if (!plan) return report(plan.error());
  const Catalog catalog = make_catalog();
  const RunState& state = run->journal.state();
  const auto playbook = current_playbook(cli, run->directory, state, *plan, options.playbook, catalog);
  if (!playbook) return exit_usage;
  if (auto until = check_until(options.drive, playbook->file->playbook); !until) return report(until.error());
  auto session =
      Session::open(playbook->file->playbook, plan->inputs, catalog, has_terminal() && !cli.no_input);
  if (!session) return report(session.error());
  auto revision = take_up_revision(cli, *playbook, **session, run->directory, state, *plan);
  if (!revision) return report(revision.error());
  DriveOptions drive_options = options.drive;
  drive_options.revision = std::move(*revision);
  if (!cli.quiet)
    std::fprintf(stderr, "run %s of %s\n", run->directory.run().c_str(), printable_line(plan->name).c_str());
  return drive(cli, "resume", run->directory, *plan, *playbook->file, **session, drive_options);
}

}  // namespace

void add_resume(Cli& cli) {
  auto options = std::make_shared<ResumeArguments>();
  CLI::App& command = cli.command("resume", "Go on with a run: the normal way after a break of any kind.",
                                  {"mxodus resume", "mxodus resume 20240512 --now"},
                                  [&cli, options] { return resume(cli, *options); });
  command.add_option("run", options->run,
                     "the run, by the beginning of its id; default the newest unfinished one");
  command.add_option("--playbook", options->playbook, "take up this changed playbook as a new revision");
  command.add_flag("--now", options->drive.look_now,
                   "look at once at everything that waits for its next look");
  add_drive_options(command, options->drive);
}

}  // namespace mxodus
