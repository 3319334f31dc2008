#include "orchestrator/run/rollback.h"

#include <algorithm>
#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/drive.h"
#include "orchestrator/cli/prompt.h"
#include "orchestrator/cli/revision.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/report/event_words.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct RollbackArguments {
  std::string run;
  bool yes = false;
  bool past_point = false;
  std::vector<std::string> leave;
  DriveOptions drive;
};

std::string lines_of(const std::vector<FinishedChange>& changes, const char* mark) {
  std::string text;
  for (const FinishedChange& change : changes)
    text += std::string("  ") + mark + " " + pad(shown(change.id), 20) + " " +
            printable_line(change.intent.title, 200) + "\n";
  return text;
}

/// How a change is taken back: by `undo:` of its step, by the `undo` of a command, else as its type knows.
std::string way_back(const FinishedChange& change, const StepTable& table, const RunState& state) {
  const RunStep& step = *table.find(change.id.step);
  const Value outputs = outputs_for(step, state);
  const auto own =
      table.undo_step(step, table.instance(step, change.id, outputs), outputs, state.item(change.id).outputs);
  if (!own) return "its undo cannot be read: " + one_line(own.error());
  AttemptIntent intent = change.intent;
  if (*own) {
    const NestedStep& undo = **own;
    intent.title = undo.uses + " " + to_string(Value(undo.with));
    intent.plan = ValueMap{{"host", undo.host}, {"params", ValueMap{{"undo", undo.with}}}};
  }
  const std::string words = undo_words(intent);
  return words == change.intent.title ? "undo of: " + words : words;
}

std::string rollback_text(const RollbackPlan& plan, const StepTable& table, const RunState& state,
                          const Style& style) {
  std::string text = style.paint(Role::heading, "Taken back, in this order") + "\n";
  std::vector<FinishedChange> undone;
  for (const RollbackPlan::Undo& undo : plan.undos) {
    undone.push_back(undo.change);
    undone.back().intent.title = way_back(undo.change, table, state);
  }
  text += undone.empty() ? "  nothing\n" : lines_of(undone, "~");
  if (!plan.not_undone.empty())
    text += style.paint(Role::heading, "Stays as it is: it cannot be undone") + "\n" +
            lines_of(plan.not_undone, "=");
  if (!plan.without_undo.empty())
    text += style.paint(
                Role::heading,
                "Not undone: nothing says how, and what it rests on is taken back. Undo it by hand first") +
            "\n" + lines_of(plan.without_undo, "!");
  return text;
}

/// The command that was typed, as far as it names a run and takes hosts over; what it is to be given besides
/// stands behind it.
std::string rollback_command(const RollbackArguments& options) {
  std::string command = "mxodus rollback";
  if (!options.run.empty()) command += " " + shell_quote(options.run);
  if (options.drive.take_over)
    command += " --take-over " + std::to_string(*options.drive.take_over) + " --why " +
               shell_quote(options.drive.why);
  return command;
}

/// The command that takes back what was shown, with a word on all that stays without an undo. Past the point
/// of no return the word is given on a terminal.
std::string confirmed_command(const RollbackArguments& options, const RollbackPlan& plan) {
  std::string command = rollback_command(options) + (plan.past_point.empty() ? " --yes" : " --past-point");
  for (const FinishedChange& change : plan.without_undo)
    command += " --leave " + shell_quote(shown(change.id));
  return command;
}

/// What has no undo and is not named by --leave yet.
std::vector<std::string> to_be_left(const RollbackArguments& options, const RollbackPlan& plan) {
  std::vector<std::string> open;
  for (const FinishedChange& change : plan.without_undo) {
    const std::string name = shown(change.id);
    if (std::find(options.leave.begin(), options.leave.end(), name) == options.leave.end())
      open.push_back(name);
  }
  return open;
}

/// Each undo looks first whether the state is what its step left; this is the word of the person: whether it
/// was yes.
Result<bool> confirm(const Cli& cli, const RollbackArguments& options, const RollbackPlan& plan) {
  const auto left = to_be_left(options, plan);
  if (plan.past_point.empty() && options.yes && left.empty()) return true;
  const bool can_ask = has_terminal() && !cli.no_input;
  if (!can_ask && options.yes && !left.empty())
    return fail(ErrorKind::refused, "rollback.no-undo",
                "nothing says how to take back " + join(left, ", ") + "; nothing has been changed",
                "undo it by hand, then: " + confirmed_command(options, plan));
  const std::string word = plan.past_point.empty() ? "yes" : plan.past_point;
  const std::string leaving = left.empty() ? "" : " and leave " + join(left, ", ") + " as it is";
  const std::string question =
      plan.past_point.empty()
          ? "Take these back" + leaving + "? Type yes:"
          : "The point of no return is past: new mail may be on the new host alone. Type " + word +
                " to go on" + leaving + ":";
  const auto answer = can_ask ? ask_line(question) : std::nullopt;
  return answer && trim(*answer) == word;
}

/// Taking back past the point of no return may lose mail: the record says who wanted it, and knew, before
/// anything is touched.
Result<void> record_word(Journal& journal, const RollbackPlan& plan) {
  if (plan.past_point.empty()) return {};
  const auto names = [](const std::vector<std::string>& ids) {
    return ids.empty() ? std::string("nothing") : join(ids, ", ");
  };
  std::vector<std::string> taken_back, stays;
  for (const RollbackPlan::Undo& undo : plan.undos) taken_back.push_back(to_string(undo.change.id));
  for (const auto* changes : {&plan.not_undone, &plan.without_undo})
    for (const FinishedChange& change : *changes) stays.push_back(to_string(change.id));
  const Person person = present_person();
  DecisionData word;
  word.who = person.who;
  word.from = person.from;
  word.why = "rolls back past the point of no return, " + plan.past_point + ": takes back " +
             names(taken_back) + "; stays as it is: " + names(stays);
  auto written = journal.decide(EventType::note, {plan.past_point, {}}, word);
  if (!written) return tl::unexpected(written.error());
  return {};
}

/// What the steps above rest on is not taken back under a step that still works on its host.
Summary left_alone(const StepTable& table, const RunState& state, const ItemId& going_on) {
  const std::string resume = "mxodus resume " + state.opened.run;
  Summary summary = summarise(table, state, {});
  summary.exit = ExitCode::refused;
  summary.reason = to_string(going_on) + " goes on on its host; nothing has been taken back";
  summary.next = {"mxodus cancel " + shell_quote(to_string(going_on)), resume,
                  resume + " --until " + going_on.step};
  return summary;
}

Result<Summary> roll_back(const Cli& cli, const RollbackArguments& options, Executor& executor,
                          const StepTable& table, Journal& journal) {
  const RunState& state = journal.state();
  const auto going_on = executor.look_at_what_was_begun();
  if (!going_on) return tl::unexpected(going_on.error());
  if (!going_on->empty()) return left_alone(table, state, going_on->front());
  const RollbackPlan plan = plan_rollback(table, state);
  std::fputs(rollback_text(plan, table, state, cli.err()).c_str(), stderr);
  if (!plan.past_point.empty() && !options.past_point)
    return fail(
        ErrorKind::refused, "rollback.past-point",
        "the point of no return (" + plan.past_point + ") is past; taking back now means something else",
        "if you mean it: " + rollback_command(options) + " --past-point");
  const auto confirmed = confirm(cli, options, plan);
  if (!confirmed) return tl::unexpected(confirmed.error());
  if (*confirmed) {
    if (auto recorded = record_word(journal, plan); !recorded) return tl::unexpected(recorded.error());
    return executor.roll_back(plan);
  }
  Summary summary;
  summary.exit = ExitCode::parked;
  summary.reason = "nobody confirmed the rollback; nothing has been changed";
  summary.next = {confirmed_command(options, plan)};
  return summary;
}

/// The run that is meant. Where none is named and one older than the newest has not ended, it is not guessed
/// which of the two is to be taken back.
Result<std::string> run_to_take_back(const RollbackArguments& options) {
  const auto chosen = choose_run(options.run);
  if (!chosen) return tl::unexpected(chosen.error());
  if (!options.run.empty()) return chosen->run();
  const auto runs = list_runs(state_directory());
  if (!runs) return tl::unexpected(runs.error());
  const std::string& newest = runs->front().run();
  const auto older = std::find_if(runs->begin() + 1, runs->end(), may_be_unfinished);
  if (older == runs->end()) return newest;
  return fail(ErrorKind::refused, "rollback.which-run",
              "run " + newest + " is the newest, and run " + older->run() +
                  " has not ended; say which is to be taken back",
              "mxodus rollback " + newest + ", or mxodus rollback " + older->run());
}

int rollback(const Cli& cli, const RollbackArguments& options) {
  const auto meant = run_to_take_back(options);
  if (!meant) return report(meant.error());
  auto run = open_run(*meant);
  if (!run) return report(run.error());
  auto plan = reviewed_plan(*run);
  if (!plan) return report(plan.error());
  const Catalog catalog = make_catalog();
  const auto file = own_playbook(cli, run->directory, run->journal.state(), *plan, catalog);
  if (!file) return exit_usage;
  auto session = Session::open(file->playbook, plan->inputs, catalog, has_terminal() && !cli.no_input);
  if (!session) return report(session.error());
  return drive(cli, "rollback", run->directory, *plan, *file, **session, options.drive,
               [&](Executor& executor, const StepTable& table, Journal& journal) {
                 return roll_back(cli, options, executor, table, journal);
               });
}

}  // namespace

void add_rollback(Cli& cli) {
  auto options = std::make_shared<RollbackArguments>();
  CLI::App& command =
      cli.command("rollback", "Take finished changes back, dependants first, each after a fresh look.",
                  {"mxodus rollback"}, [&cli, options] { return rollback(cli, *options); });
  command.add_option(
      "run", options->run,
      "the run, by the beginning of its id; default the newest, where no older one stands open");
  command.add_flag("--yes", options->yes, "confirm the rollback; not past the point of no return");
  command
      .add_option("--leave", options->leave,
                  "leave this change as it is: it has no undo; with --yes each must be named")
      ->allow_extra_args(false);
  command.add_flag("--past-point", options->past_point,
                   "also past the point of no return; asks again on a terminal");
  add_take_over(command, options->drive)->needs(add_reason_of_take_over(command, options->drive));
}

}  // namespace mxodus
