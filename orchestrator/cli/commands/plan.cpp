#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/planning.h"
#include "orchestrator/core/text.h"
#include "orchestrator/plan/plan_file.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct PlanArguments {
  std::string playbook;
  InputOptions inputs;
  std::string out;
  bool detailed = false;
  bool markdown = false;
};

int make_and_show(const Cli& cli, const PlanArguments& options) {
  const Catalog catalog = make_catalog();
  int code = exit_done;
  const auto prepared = prepare(cli, options.playbook, options.inputs, catalog, code);
  if (!prepared) return code;
  auto plan = plan_now(cli, *prepared);
  if (!plan) return report(plan.error());
  code = print_plan(cli, *plan, options.markdown);
  if (!options.out.empty()) {
    if (auto saved = save_plan(options.out, *plan); !saved) return report(saved.error());
  }
  if (!plan->complete())
    suggest("mxodus doctor " + words_of(options.playbook, options.inputs));
  else if (!options.out.empty())
    suggest("mxodus run --plan " + shell_quote(options.out));
  else if (!cli.json && !options.markdown)
    suggest("mxodus run " + words_of(options.playbook, options.inputs));
  if (!plan->complete()) return exit_refused;
  if (options.detailed && (plan->has_changes() || !plan->would_fail().empty())) return exit_has_changes;
  return code;
}

}  // namespace

void add_plan(Cli& cli) {
  auto options = std::make_shared<PlanArguments>();
  CLI::App& command =
      cli.command("plan", "Look at every host and print what a run would do. Changes nothing.",
                  {"mxodus plan emergency-move.yaml --inputs inputs.yaml",
                   "mxodus plan emergency-move.yaml -o tonight.plan"},
                  [&cli, options] { return make_and_show(cli, *options); });
  command.add_option("playbook", options->playbook, "the playbook")->required();
  add_input_options(command, options->inputs);
  command.add_option("-o,--out", options->out, "save the plan, for review and for run --plan");
  command.add_flag("--markdown", options->markdown, "as a Markdown checklist");
  command.add_flag("--detailed-exitcode", options->detailed,
                   "exit with 3 when the plan has changes or would-fails");
}

}  // namespace mxodus
