#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/drive.h"
#include "orchestrator/cli/planning.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/plan/plan_file.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct RunArguments {
  std::string playbook;
  std::string plan;
  InputOptions inputs;
  bool yes = false;
  DriveOptions drive;
};

int begin_and_drive(const Cli& cli, const RunArguments& options, const Plan& plan, const CheckedFile& file,
                    const Session& session) {
  auto directory = begin_run(plan, options.plan);
  if (!directory) return report(directory.error());
  if (!cli.quiet) std::fprintf(stderr, "\nrun %s\n", directory->run().c_str());
  return drive(cli, "run", *directory, plan, file, session, options.drive);
}

/// Nobody is there to say yes: the plan is kept for whoever comes.
int save_for_review(const Plan& plan) {
  const std::filesystem::path path = plan.name + ".plan";
  if (auto saved = save_plan(path, plan); !saved) return report(saved.error());
  std::fprintf(stderr, "Nobody is here to confirm the plan; it is saved and nothing has been changed.\n");
  suggest("mxodus run --plan " + shell_quote(path.string()));
  return exit_parked;
}

int run_playbook(const Cli& cli, const RunArguments& options) {
  const Catalog catalog = make_catalog();
  int code = exit_done;
  const auto prepared = prepare(cli, options.playbook, options.inputs, catalog, code);
  if (!prepared) return code;
  if (auto until = check_until(options.drive, prepared->file->playbook); !until) return report(until.error());
  auto plan = plan_now(cli, *prepared);
  if (!plan) return report(plan.error());
  if (!cli.quiet) print_plan(cli, *plan, false);
  const Duration max_age = prepared->session->config().plan_max_age;
  if (auto valid = check_still_valid(*plan, system_clock().now(), max_age); !valid)
    return report(valid.error());
  if (!options.yes) {
    if (!has_terminal() || cli.no_input) return save_for_review(*plan);
    const auto answer = ask_line("\nRun this plan? Type yes:");
    if (!answer || trim(*answer) != "yes") {
      std::fprintf(stderr, "Nothing has been changed.\n");
      return exit_parked;
    }
  }
  RunArguments planned = options;
  planned.drive.just_planned = true;
  return begin_and_drive(cli, planned, *plan, *prepared->file, *prepared->session);
}

/// A playbook beside a plan file must be the one that is in it.
Result<void> check_same_playbook(const Plan& plan, const std::string& path) {
  auto text = read_file(path, 8u << 20);
  if (!text) return tl::unexpected(text.error());
  if (*text == plan.playbook_text) return {};
  return fail(ErrorKind::refused, "plan.other-playbook",
              path + " differs from the playbook that was reviewed with this plan",
              "run the plan alone, or plan the playbook again");
}

/// A plan was reviewed with its inputs: others make another plan.
Result<void> check_no_inputs(const Plan& plan, const InputOptions& inputs) {
  if (inputs.assignments.empty() && inputs.file.empty()) return {};
  return fail(ErrorKind::invalid, "plan.inputs",
              "a plan has its inputs, and is not run with others; nothing has been changed",
              "leave -i and --inputs out, or plan again: mxodus plan " +
                  words_of(plan.playbook_file, inputs) + " -o FILE");
}

int run_saved_plan(const Cli& cli, const RunArguments& options) {
  auto plan = load_plan(options.plan);
  if (!plan) {
    if (plan.error().kind == ErrorKind::not_found)
      plan.error().hint = "mxodus plan PLAYBOOK -o FILE writes one";
    return report(plan.error());
  }
  if (auto none = check_no_inputs(*plan, options.inputs); !none) return report(none.error());
  if (!options.playbook.empty())
    if (auto same = check_same_playbook(*plan, options.playbook); !same) return report(same.error());
  const Catalog catalog = make_catalog();
  const auto file = check_text(cli, plan->playbook_text, plan->playbook_file, catalog);
  if (!file) return exit_usage;
  if (auto until = check_until(options.drive, file->playbook); !until) return report(until.error());
  auto session = Session::open(file->playbook, plan->inputs, catalog, has_terminal() && !cli.no_input);
  if (!session) return report(session.error());
  const Duration max_age = (*session)->config().plan_max_age;
  if (auto valid = check_still_valid(*plan, system_clock().now(), max_age); !valid)
    return report(valid.error());
  return begin_and_drive(cli, options, *plan, *file, **session);
}

int run(const Cli& cli, const RunArguments& options) {
  if (!options.plan.empty()) return run_saved_plan(cli, options);
  if (!options.playbook.empty()) return run_playbook(cli, options);
  return report({ErrorKind::invalid, "usage", "run needs a playbook, or --plan FILE"});
}

}  // namespace

void add_run(Cli& cli) {
  auto options = std::make_shared<RunArguments>();
  CLI::App& command =
      cli.command("run", "Plan, show, ask, and run. Survives a closed laptop: resume goes on.",
                  {"mxodus run emergency-move.yaml --inputs inputs.yaml",
                   "mxodus run --plan tonight.plan --until restore"},
                  [&cli, options] { return run(cli, *options); });
  command.add_option("playbook", options->playbook, "the playbook");
  command.add_option("--plan", options->plan, "run exactly this reviewed plan, once");
  add_input_options(command, options->inputs);
  command.add_flag("--yes", options->yes, "confirm the plan; never a gate");
  add_drive_options(command, options->drive);
}

}  // namespace mxodus
