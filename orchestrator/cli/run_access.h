#pragma once

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "orchestrator/core/redactor.h"
#include "orchestrator/journal/journal.h"
#include "orchestrator/journal/run_directory.h"
#include "orchestrator/plan/plan.h"

namespace mxodus {

/// The run that a command is about: by the beginning of its id, or the newest unfinished one where none is
/// given.
Result<RunDirectory> choose_run(const std::string& id);

/// A whole mxodus command about a run, as it must be typed: with `--run` where without it the command would
/// be about another run, the newest unfinished one. One that names the run already stays as it is.
std::string about_run(const std::string& command, const std::string& run);

/// A run opened for reading or for one decision; takes no lock.
struct OpenRun {
  RunDirectory directory;
  std::unique_ptr<Redactor> redactor;  ///< outlives the journal
  Journal journal;
};
Result<OpenRun> open_run(const std::string& id);

/// The plan that the run was opened with. `refused` "run.plan" where the file beside the journal is no longer
/// that one: no other fits what the run has done.
Result<Plan> reviewed_plan(const OpenRun& run);

/// The reviewed plan with the steps that the run has now: without those that an edit of the playbook has
/// taken out before anything happened to them, and with those that it has added, of which nothing is planned.
/// For what is shown and named; what may be done goes by the reviewed one.
Plan with_edits(Plan reviewed, const OpenRun& run);

/// Every event of the run, for logs and reports.
Result<std::vector<Event>> read_events(const RunDirectory& directory);

/// "restore", or "fix[alice]", as it is shown or as it is; `plan` with the edits of the playbook.
/// `not_found`, with the nearest, where neither the plan nor the journal knows it.
Result<ItemId> parse_item(const std::string& text, const Plan& plan, const RunState& state);

/// A gate that stands, for `--json`.
nlohmann::json gate_json(const OpenGate& gate);

/// "armael@laptop (pts/3)": who decides, and from where.
struct Person {
  std::string who;
  std::string from;
  std::string laptop;
};
Person present_person();

}  // namespace mxodus
