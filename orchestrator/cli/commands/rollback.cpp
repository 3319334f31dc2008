#include "orchestrator/run/rollback.h"

#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/drive.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/cli/revision.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/core/text.h"
#include "orchestrator/plan/plan_file.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct Options {
  std::string run;
  bool yes = false;
  bool past_point = false;
  DriveOptions drive;
};

std::string rollback_text(const RollbackPlan& plan, const Style& style) {
  std::string text = style.paint(Role::heading, "Taken back, in this order") + "\n";
  for (const RollbackPlan::Undo& undo : plan.undos)
    text += "  ~ " + pad(to_string(undo.change.id), 20) + " " +
            printable_line(undo.change.intent.title, 200) + "\n";
  if (plan.undos.empty()) text += "  nothing\n";
  if (!plan.not_undone.empty())
    text += style.paint(Role::heading, "Stays as it is: it cannot be undone") + "\n";
  for (const FinishedChange& change : plan.not_undone)
    text += "  = " + pad(to_string(change.id), 20) + " " + printable_line(change.intent.title, 200) + "\n";
  return text;
}

/// Each undo looks first whether the state is what its step left; this is the word of the person.
bool confirmed(const Cli& cli, const Options& options, const RollbackPlan& plan) {
  if (plan.past_point.empty() && options.yes) return true;
  if (!has_terminal() || cli.no_input) return false;
  const std::string word = plan.past_point.empty() ? "yes" : plan.past_point;
  const std::string question =
      plan.past_point.empty()
          ? "Take these back? Type yes:"
          : "The point of no return is past: new mail may be on the new host alone. Type " + word +
                " to go on:";
  const auto answer = ask_line(question);
  return answer && trim(*answer) == word;
}

Result<Summary> roll_back(const Cli& cli, const Options& options, Executor& executor,
                          const RollbackPlan& plan) {
  std::fputs(rollback_text(plan, cli.err()).c_str(), stderr);
  if (!plan.past_point.empty() && !options.past_point)
    return fail(
        ErrorKind::refused, "rollback.past-point",
        "the point of no return (" + plan.past_point + ") is past; taking back now means something else",
        "if you mean it: mxodus rollback --past-point");
  if (!confirmed(cli, options, plan))
    return fail(ErrorKind::cancelled, "rollback.not-confirmed",
                "nobody confirmed the rollback; nothing has been changed");
  return executor.roll_back(plan);
}

int rollback(const Cli& cli, const Options& options) {
  auto run = open_run(options.run);
  if (!run) return report(run.error());
  auto plan = load_plan(run->directory.plan());
  if (!plan) return report(plan.error());
  const Catalog catalog = make_catalog();
  const auto file = own_playbook(cli, run->directory, run->journal.state(), *plan, catalog);
  if (!file) return exit_usage;
  auto session = Session::open(file->playbook, plan->inputs, catalog, has_terminal() && !cli.no_input);
  if (!session) return report(session.error());
  return drive(cli, "rollback", run->directory, *plan, *file, **session, options.drive,
               [&](Executor& executor, const StepTable& table, const Journal& journal) {
                 return roll_back(cli, options, executor, plan_rollback(table, journal.state()));
               });
}

}  // namespace

void add_rollback(Cli& cli) {
  auto options = std::make_shared<Options>();
  CLI::App& command =
      cli.command("rollback", "Take finished changes back, dependants first, each after a fresh look.",
                  {"mxodus rollback"}, [&cli, options] { return rollback(cli, *options); });
  command.add_option("run", options->run,
                     "the run, by the beginning of its id; default the newest unfinished one");
  command.add_flag("--yes", options->yes, "confirm the rollback; not past the point of no return");
  command.add_flag("--past-point", options->past_point,
                   "also past the point of no return; asks again on a terminal");
}

}  // namespace mxodus
