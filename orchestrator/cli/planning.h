#pragma once

#include <memory>
#include <optional>

#include "orchestrator/cli/playbook_file.h"
#include "orchestrator/cli/session.h"
#include "orchestrator/plan/plan.h"

namespace mxodus {

/// A playbook with everything that a plan or a run of it needs.
struct PreparedPlaybook {
  std::unique_ptr<CheckedFile> file;
  ValueMap inputs;
  std::unique_ptr<Session> session;
};

/// Checks the playbook, collects its inputs and opens a session. Reports what is wrong; `exit_code` is then
/// what to exit with.
std::optional<PreparedPlaybook> prepare(const Cli& cli, const std::string& path, const InputOptions& inputs,
                                        const Catalog& catalog, int& exit_code);

/// Makes the plan, bound to the lineage's serial of now. Ctrl-C ends it early with `cancelled`.
Result<Plan> plan_now(const Cli& cli, const PreparedPlaybook& prepared);

/// Prints a plan as the options say: text, or --json.
int print_plan(const Cli& cli, const Plan& plan, bool markdown);

}  // namespace mxodus
