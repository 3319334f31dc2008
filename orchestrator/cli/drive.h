#pragma once

#include <functional>
#include <optional>
#include <string>

#include "orchestrator/cli/playbook_file.h"
#include "orchestrator/cli/session.h"
#include "orchestrator/journal/event_data.h"
#include "orchestrator/journal/run_directory.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/run/executor.h"

namespace mxodus {

/// How a command that drives a run is told to go on.
struct DriveOptions {
  std::string stay = "15m";
  std::string until;
  std::optional<std::uint64_t> take_over;
  std::string why;
  bool just_planned = false;         ///< by this process: what it has seen need not all be asked for again
  bool look_now = false;             ///< everything that waits is due at once
  std::optional<Revision> revision;  ///< the playbook was changed: recorded before anything begins
  std::optional<Adhoc> adhoc;        ///< likewise, of `do`
};
/// For `run` and `resume`: all that is typed of it.
void add_drive_options(CLI::App& command, DriveOptions& options);
CLI::Option* add_take_over(CLI::App& command, DriveOptions& options);
CLI::Option* add_reason_of_take_over(CLI::App& command, DriveOptions& options);

/// `invalid` where --until names nothing of the playbook: the run would not stop at all.
Result<void> check_until(const DriveOptions& options, const Playbook& playbook);

/// Opens a new run from a reviewed plan: its folder, its playbook, its journal, all durable. `refused` where
/// the plan was used, or another run has begun since. `plan_file` is where the plan was reviewed; empty where
/// it was made just now.
Result<RunDirectory> begin_run(const Plan& plan, const std::string& plan_file);

/// What the process does with the run once it holds it.
using DriveWork =
    std::function<Result<Summary>(Executor& executor, const StepTable& table, Journal& journal)>;

/// Takes the run's lock and drives it until it ends, parks or is interrupted; shows it on stderr and says at
/// the end what goes on and what to type next. Returns the exit code. `operation` is "run", "resume",
/// "rollback" or "do"; `work` stands in for Executor::run().
int drive(const Cli& cli, const std::string& operation, const RunDirectory& directory, const Plan& plan,
          const CheckedFile& file, const Session& session, const DriveOptions& options,
          const DriveWork& work = {});

}  // namespace mxodus
