#include "orchestrator/cli/planning.h"

#include <cstdio>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/interrupt.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/cli/version.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/lineage.h"
#include "orchestrator/plan/planner.h"
#include "orchestrator/report/plan_text.h"

namespace mxodus {

std::optional<PreparedPlaybook> prepare(const Cli& cli, const std::string& path, const InputOptions& inputs,
                                        const Catalog& catalog, int& exit_code) {
  PreparedPlaybook prepared;
  exit_code = exit_usage;
  prepared.file = check_file(cli, path, catalog);
  if (!prepared.file) return std::nullopt;
  auto values = collect_inputs(cli, prepared.file->playbook, inputs);
  if (!values) return std::nullopt;
  prepared.inputs = std::move(*values);
  auto session =
      Session::open(prepared.file->playbook, prepared.inputs, catalog, has_terminal() && !cli.no_input);
  if (!session) {
    exit_code = report(session.error());
    return std::nullopt;
  }
  prepared.session = std::move(*session);
  return prepared;
}

Result<Plan> plan_now(const Cli& cli, const PreparedPlaybook& prepared) {
  if (!cli.quiet)
    std::fprintf(stderr, "Looking at %s; nothing is changed.\n",
                 counted(prepared.file->playbook.hosts.size(), "host").c_str());
  const Interrupt interrupt;
  const PlanRequest request{prepared.file->playbook, prepared.file->order, prepared.file->text,
                            prepared.inputs, mxodus_version};
  Plan plan = make_plan(prepared.session->environment(), request, interrupt.first());
  plan.playbook_file = std::filesystem::absolute(plan.playbook_file).lexically_normal().string();
  if (interrupt.first().stop_requested())
    return fail(ErrorKind::cancelled, "plan.interrupted", "interrupted; nothing has been changed");
  auto serial = LineageRegistry(state_directory()).serial(plan.lineage);
  if (!serial) return tl::unexpected(serial.error());
  plan.serial = static_cast<std::uint64_t>(*serial);
  return plan;
}

int print_plan(const Cli& cli, const Plan& plan, bool markdown) {
  if (cli.json) return print(json_text(to_json(plan)));
  return print(markdown ? plan_markdown(plan) : plan_text(plan, cli.out()));
}

}  // namespace mxodus
