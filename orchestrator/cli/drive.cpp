#include "orchestrator/cli/drive.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/interrupt.h"
#include "orchestrator/cli/leaving.h"
#include "orchestrator/cli/notify.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/cli/version.h"
#include "orchestrator/core/advice.h"
#include "orchestrator/core/digest.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/evidence.h"
#include "orchestrator/journal/lineage.h"
#include "orchestrator/journal/lock.h"
#include "orchestrator/journal/sqlite_journal.h"
#include "orchestrator/plan/plan_file.h"
#include "orchestrator/report/json_lines.h"
#include "orchestrator/report/live.h"
#include "orchestrator/run/adhoc.h"
#include "orchestrator/run/outcome.h"

namespace mxodus {
namespace {

constexpr std::size_t worker_threads = 16;
constexpr Duration plan_looks_stand{std::chrono::minutes(1)};

Value identities_of(const Plan& plan) {
  ValueMap hosts;
  for (const auto& [name, host] : plan.hosts) hosts.emplace(name, host.identity.fingerprint);
  return hosts;
}

RunOpened opening_of(const Plan& plan, const std::string& run, std::int64_t serial) {
  const Person person = present_person();
  RunOpened opened;
  opened.run = run;
  opened.name = plan.name;
  opened.playbook_digest = sha256_hex(plan.playbook_text);
  opened.inputs = plan.inputs;
  opened.hosts = identities_of(plan);
  opened.lineage = plan.lineage;
  opened.serial = serial;
  opened.plan_digest = digest(plan);
  opened.laptop = person.laptop;
  opened.user = person.who;
  opened.mxodus_version = mxodus_version;
  return opened;
}

void say_what_was_not_written(JsonLines& lines) {
  if (const std::string why = lines.finish(); !why.empty())
    std::fprintf(stderr, "--events: %s (the run is not affected)\n", why.c_str());
}

RunOptions run_options(const DriveOptions& options, Duration stay) {
  const Person person = present_person();
  RunOptions run;
  run.stay = stay;
  run.until = options.until;
  run.laptop = person.laptop;
  run.who = person.who;
  run.mxodus_version = mxodus_version;
  run.take_over = options.take_over;
  run.take_over_why = options.why;
  if (options.just_planned) run.plan_looks_stand = plan_looks_stand;
  return run;
}

LiveView::Detail detail_of(const Cli& cli) {
  if (cli.quiet) return LiveView::Detail::quiet;
  return cli.verbose > 0 ? LiveView::Detail::verbose : LiveView::Detail::normal;
}

/// Whether what has failed here is tried again by itself, for which nobody need be woken.
bool is_tried_again(const StepTable& table, const RunState& state, const Event& result) {
  const RunStep* step = table.find(result.id.step);
  const ItemRecord& record = state.item(result.id);
  const bool too_late = record.deadline && *record.deadline <= result.utc;
  return step && !too_late && owed_retry(step->rules(), record, step->effect);
}

/// What is recorded before a run goes on: a changed playbook, an ad-hoc step, and that what waits is due now.
Result<void> take_up(Journal& journal, const DriveOptions& options) {
  if (options.revision)
    if (auto recorded = journal.revision(*options.revision); !recorded)
      return tl::unexpected(recorded.error());
  if (options.adhoc)
    if (auto recorded = journal.adhoc(next_adhoc(journal.state()), *options.adhoc); !recorded)
      return tl::unexpected(recorded.error());
  if (!options.look_now) return {};
  std::vector<std::pair<ItemId, ItemRecord>> waiting;
  for (const auto& [id, item] : journal.state().items)
    if (item.state == ItemState::waiting && item.next_look) waiting.emplace_back(id, item);
  for (const auto& [id, item] : waiting) {
    StateChange due{ItemState::waiting, item.reason, system_clock().now(), item.deadline};
    if (auto armed = journal.wait_armed(id, due); !armed) return tl::unexpected(armed.error());
  }
  return {};
}

}  // namespace

void add_drive_options(CLI::App& command, DriveOptions& options) {
  command.add_option("--stay", options.stay, "how long to stay when only time can move anything")
      ->capture_default_str()
      ->check([](const std::string& text) {
        const auto length = parse_duration(text);
        return length ? std::string() : with_advice(length.error());
      });
  command.add_option("--until", options.until, "stop after this step or stage");
  add_take_over(command, options)->needs(add_reason_of_take_over(command, options));
}

CLI::Option* add_take_over(CLI::App& command, DriveOptions& options) {
  return command.add_option("--take-over", options.take_over,
                            "take hosts over from another run: the token that it holds");
}

CLI::Option* add_reason_of_take_over(CLI::App& command, DriveOptions& options) {
  return command.add_option("--why", options.why, "the reason of a take-over");
}

Result<void> check_until(const DriveOptions& options, const Playbook& playbook) {
  std::vector<std::string> known;
  for (const StepSpec& step : playbook.steps) {
    known.push_back(step.id);
    if (!step.stage.empty()) known.push_back(step.stage);
  }
  if (options.until.empty() || std::find(known.begin(), known.end(), options.until) != known.end()) return {};
  const std::string near = nearest(options.until, known);
  return fail(ErrorKind::invalid, "run.until",
              "--until " + printable_line(options.until, 60) + " is no step and no stage of the playbook",
              near.empty() ? "" : "did you mean " + near + "?");
}

Result<RunDirectory> begin_run(const Plan& plan, const std::string& plan_file) {
  const std::string run = new_run_id(to_string(system_clock().now()));
  auto serial = LineageRegistry(state_directory())
                    .begin_run(plan.lineage, static_cast<std::int64_t>(plan.serial), {run, digest(plan)});
  if (!serial) return tl::unexpected(serial.error());
  auto directory = RunDirectory::create(state_directory(), run);
  if (!directory) return directory;
  if (auto saved = directory->save_playbook(1, plan.playbook_text); !saved)
    return tl::unexpected(saved.error());
  if (auto saved = save_plan(directory->plan(), plan); !saved) return tl::unexpected(saved.error());
  auto store = SqliteJournal::create(directory->journal());
  if (!store) return tl::unexpected(store.error());
  const Redactor nothing_secret;  // what a run is opened with holds no secret: inputs cannot be one
  auto journal = Journal::open(std::move(*store), system_clock(), nothing_secret);
  if (!journal) return tl::unexpected(journal.error());
  RunOpened opening = opening_of(plan, run, *serial);
  opening.plan_file = plan_file;
  auto opened = journal->run_opened(opening);
  if (!opened) return tl::unexpected(opened.error());
  return directory;
}

int drive(const Cli& cli, const std::string& operation, const RunDirectory& directory, const Plan& plan,
          const CheckedFile& file, const Session& session, const DriveOptions& options,
          const DriveWork& work) {
  auto stay = parse_duration(options.stay);
  if (!stay) return report(stay.error());
  auto lock = RunLock::acquire(directory.lock(), this_process(operation, system_clock().now()));
  if (!lock) return report(lock.error());
  auto store = SqliteJournal::open(directory.journal());
  if (!store) return report(store.error());
  auto journal = Journal::open(std::move(*store), system_clock(), session.redactor());
  if (!journal) return report(journal.error());
  LiveView live(stderr, cli.err(), detail_of(cli), system_clock());
  StepTable table(file.playbook, file.order, session.environment(), plan.inputs);
  Notifier notifier(file.playbook, directory.run(), [&table, &journal](const Event& result) {
    return is_tried_again(table, journal->state(), result);
  });
  std::vector<Observer*> observers = {&live, &notifier};
  JsonLines lines(cli.events.get());
  if (cli.events) observers.push_back(&lines);

  journal->observe([&observers](const Event& event) {
    for (Observer* observer : observers) observer->see(Recorded{event});
  });
  if (auto taken = take_up(*journal, options); !taken) return report(taken.error());

  const EvidenceStore evidence(directory.evidence(), session.redactor());
  table.add_adhoc(journal->state());
  ThreadWorkers workers(worker_threads);  // what they still do when the executor leaves looks into the table
  const RunContext context{table,
                           plan,
                           *journal,
                           session.environment(),
                           workers,
                           [&](std::string_view content, EvidenceBudget& budget) {
                             return evidence.put(content, budget); },
                           observers,
                           run_options(options, *stay)};
  const Interrupt interrupt([&workers] { workers.wake(); });
  Executor executor(context, interrupt.first(), interrupt.second());
  const Result<Summary> summary = work ? work(executor, table, *journal) : executor.run();
  const bool at_once = interrupt.second().stop_requested();
  live.end();
  if (!at_once) notifier.finish();
  if (!at_once) say_what_was_not_written(lines);
  const int code = summary ? take_leave(cli, directory.run(), *summary) : report(summary.error());
  // The journal cannot be written: what it says so far is all that is known. A refusal has its own advice.
  if (!summary && summary.error().kind != ErrorKind::refused)
    leave_unrecorded(directory.run(), summarise(table, journal->state(), {}));
  // What still blocks a worker, or a hook, must not hold the process.
  if (at_once) leave_at_once(code);
  return code;
}

}  // namespace mxodus
