#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/drive.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/cli/revision.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/core/text.h"
#include "orchestrator/run/adhoc.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct DoArguments {
  std::string run;
  std::string host;
  std::string effect;
  std::string why;
  std::vector<std::string> argv;
  DriveOptions drive;
};

Result<void> check_host(const Playbook& playbook, const std::string& name) {
  if (playbook.find_host(name)) return {};
  std::vector<std::string> names;
  for (const HostEntry& host : playbook.hosts) names.push_back(host.spec.name);
  const std::string near = nearest(name, names);
  return fail(ErrorKind::not_found, "do.no-such-host",
              "the run's playbook has no host " + printable_line(name, 60),
              near.empty() ? "it has " + join(names, ", ") : "did you mean " + near + "?");
}

Adhoc adhoc_of(const DoArguments& options) {
  const Person person = present_person();
  Adhoc adhoc;
  adhoc.uses = "command";
  adhoc.host = options.host;
  adhoc.argv = options.argv;
  adhoc.effect = *effect_from_string(options.effect);
  adhoc.who = person.who;
  adhoc.from = person.from;
  adhoc.why = options.why;
  return adhoc;
}

int do_adhoc(const Cli& cli, const DoArguments& options) {
  auto run = open_run(options.run);
  if (!run) return report(run.error());
  const RunState& state = run->journal.state();
  if (state.phase == RunPhase::ended)
    return report(
        {ErrorKind::refused, "run.ended",
         "the run " + run->directory.run() + " has ended; nothing is added to its record any more"});
  auto plan = reviewed_plan(*run);
  if (!plan) return report(plan.error());
  const Catalog catalog = make_catalog();
  const auto file = own_playbook(cli, run->directory, state, *plan, catalog);
  if (!file) return exit_usage;
  if (auto known = check_host(file->playbook, options.host); !known) return report(known.error());
  auto session = Session::open(file->playbook, plan->inputs, catalog, has_terminal() && !cli.no_input);
  if (!session) return report(session.error());
  DriveOptions drive_options = options.drive;
  drive_options.why = options.why;
  drive_options.adhoc = adhoc_of(options);
  return drive(cli, "do", run->directory, *plan, *file, **session, drive_options,
               [](Executor& executor, const StepTable&, const Journal& journal) {
                 return executor.run_adhoc(newest_adhoc(journal.state()));
               });
}

}  // namespace

void add_do(Cli& cli) {
  auto options = std::make_shared<DoArguments>();
  CLI::App& command =
      cli.command("do", "Run a command on a host of the run, as an ad-hoc step in its record.",
                  {"mxodus do old --effect change --why 'no mail' -- systemctl stop postfix"},
                  [&cli, options] { return do_adhoc(cli, *options); });
  command.add_option("host", options->host, "a host of the run's playbook")->required();
  command.add_option("argv", options->argv, "the command, word by word, after --; it meets no shell")
      ->required();
  command
      .add_option("--effect", options->effect,
                  "observe: it only reads; change: it can be taken back, by hand; permanent: it cannot")
      ->required()
      ->check(CLI::IsMember({"observe", "change", "permanent"}));
  command.add_option("--why", options->why, "the reason, kept in the record; of a take-over too")->required();
  add_take_over(command, options->drive);
  add_run_option(command, options->run);
}

}  // namespace mxodus
