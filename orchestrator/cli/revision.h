#pragma once

#include <memory>
#include <optional>
#include <string>

#include "orchestrator/cli/playbook_file.h"
#include "orchestrator/cli/session.h"
#include "orchestrator/journal/run_directory.h"
#include "orchestrator/journal/run_state.h"
#include "orchestrator/plan/plan.h"

namespace mxodus {

/// The playbook that a run goes on with.
struct CurrentPlaybook {
  std::unique_ptr<CheckedFile> file;
  std::unique_ptr<CheckedFile> before;  ///< the run's own copy, where `file` is a changed one
  int revision = 1;                     ///< the number of the run's copy
};

/// The run's own copy, of its last revision. Reports why there is none.
std::unique_ptr<CheckedFile> own_playbook(const Cli& cli, const RunDirectory& directory,
                                          const RunState& state, const Plan& plan, const Catalog& catalog);

/// The run's own copy; or, where the file that the plan was made from (or `explicit_file`) has changed since,
/// that file beside the copy. Reports why there is none.
std::optional<CurrentPlaybook> current_playbook(const Cli& cli, const RunDirectory& directory,
                                                const RunState& state, const Plan& plan,
                                                const std::string& explicit_file, const Catalog& catalog);

/// Whether the changed playbook fits what the run has done: nothing where it was not changed, the revision to
/// be recorded (and shown) where it fits. `refused` "run.revision" with the list where a finished step is
/// touched.
Result<std::optional<Revision>> take_up_revision(const Cli& cli, const CurrentPlaybook& playbook,
                                                 const Session& session, const RunDirectory& directory,
                                                 const RunState& state, const Plan& plan);

}  // namespace mxodus
