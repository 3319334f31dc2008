#include "orchestrator/cli/run_access.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/sqlite_journal.h"
#include "orchestrator/plan/plan_file.h"
#include "orchestrator/playbook/load.h"
#include "orchestrator/report/style.h"

namespace mxodus {
namespace {

bool has_records(const RunState& state, const std::string& step) {
  const auto first = state.items.lower_bound({step, {}});
  return first != state.items.end() && first->first.step == step;
}

/// A clean-up step runs only when another fails.
bool cleans_up(const std::string& id, const std::vector<StepSpec>& steps) {
  const auto names = [&](const FailureRule& rule) {
    return rule.action == FailureRule::Action::run_steps &&
           std::find(rule.steps.begin(), rule.steps.end(), id) != rule.steps.end();
  };
  return std::any_of(steps.begin(), steps.end(), [&](const StepSpec& step) {
    const auto& breaches = step.rules.breach;
    return names(step.rules.on_fail) ||
           std::any_of(breaches.begin(), breaches.end(),
                       [&](const BreachRule& breach) { return names(breach.then); });
  });
}

PlannedItem unplanned(const StepSpec& step, const std::vector<StepSpec>& steps) {
  PlannedItem item;
  item.id.step = step.id;
  item.uses = step.uses;
  item.stage = step.stage;
  item.action = cleans_up(step.id, steps) ? PlannedAction::skipped : PlannedAction::deferred;
  item.sureness = Sureness::not_yet_known;
  item.point_of_no_return = step.rules.point_of_no_return;
  return item;
}

}  // namespace

Result<RunDirectory> choose_run(const std::string& id) {
  if (!id.empty()) return find_run(state_directory(), id);
  auto unfinished = newest_unfinished_run(state_directory());
  if (unfinished || unfinished.error().code != "run.none-unfinished") return unfinished;
  auto runs = list_runs(state_directory());
  if (!runs || runs->empty()) return unfinished;
  return std::move(runs->front());
}

std::string about_run(const std::string& command, const std::string& run) {
  if (command.empty() || command.find(run) != std::string::npos) return command;
  const auto chosen = choose_run({});
  return chosen && chosen->run() == run ? command : command + " --run " + run;
}

Result<OpenRun> open_run(const std::string& id) {
  auto directory = choose_run(id);
  if (!directory) return tl::unexpected(directory.error());
  auto store = SqliteJournal::open(directory->journal());
  if (!store) return tl::unexpected(store.error());
  auto redactor = std::make_unique<Redactor>();
  auto journal = Journal::open(std::move(*store), system_clock(), *redactor);
  if (!journal) return tl::unexpected(journal.error());
  return OpenRun{std::move(*directory), std::move(redactor), std::move(*journal)};
}

Result<Plan> reviewed_plan(const OpenRun& run) {
  const std::string opened_with = run.journal.state().opened.plan_digest;
  auto plan = load_plan(run.directory.plan());
  if (plan && (opened_with.empty() || digest(*plan) == opened_with)) return plan;
  if (!plan && plan.error().code == "plan.format") return plan;  // of another mxodus, not of a damaged disk
  const std::string seen =
      plan ? run.directory.plan().string() + " is another plan than the run was opened with"
           : one_line(plan.error());
  return fail(
      ErrorKind::refused, "run.plan", "run " + run.directory.run() + " has lost its plan: " + seen,
      "restore that file from a backup; the journal beside it is intact, and a new plan does not fit it");
}

Plan with_edits(Plan reviewed, const OpenRun& run) {
  const RunState& state = run.journal.state();
  if (state.revisions.empty()) return reviewed;
  const auto text = run.directory.load_playbook(state.revisions.back().number);
  if (!text) return reviewed;  // whoever goes on with the run is told why
  const auto& steps = load_playbook(*text, reviewed.playbook_file).playbook.steps;
  std::erase_if(reviewed.items, [&](const PlannedItem& item) {
    return !has_records(state, item.id.step) &&
           std::none_of(steps.begin(), steps.end(),
                        [&](const StepSpec& step) { return step.id == item.id.step; });
  });
  for (const StepSpec& step : steps)
    if (std::none_of(reviewed.items.begin(), reviewed.items.end(),
                     [&](const PlannedItem& item) { return item.id.step == step.id; }))
      reviewed.items.push_back(unplanned(step, steps));
  return reviewed;
}

Result<std::vector<Event>> read_events(const RunDirectory& directory) {
  auto store = SqliteJournal::open(directory.journal());
  if (!store) return tl::unexpected(store.error());
  return (*store)->read(0);
}

Result<ItemId> parse_item(const std::string& text, const Plan& plan, const RunState& state) {
  ItemId id{text, ""};
  if (const std::size_t bracket = text.find('['); bracket != std::string::npos && text.ends_with(']'))
    id = {text.substr(0, bracket), text.substr(bracket + 1, text.size() - bracket - 2)};
  if (plan.find(id) || state.items.contains(id)) return id;

  std::vector<std::string> known;
  for (const PlannedItem& item : plan.items) {
    if (item.id.step == id.step && id.item.empty()) return id;
    if (shown(item.id) == text) return item.id;
    known.push_back(shown(item.id));
  }
  for (const auto& [other, record] : state.items) {
    if (shown(other) == text) return other;
    known.push_back(shown(other));
  }
  const std::string near = nearest(text, known);
  return fail(ErrorKind::not_found, "run.unknown-step", "the run has no step " + printable_line(text, 60),
              near.empty() ? "mxodus status lists them" : "did you mean " + near + "?");
}

nlohmann::json gate_json(const OpenGate& gate) {
  return {{"n", gate.n},
          {"kind", gate.asked.kind},
          {"question", gate.asked.question},
          {"options", gate.asked.options},
          {"people", gate.asked.people},
          {"digest", gate.asked.digest}};
}

Person present_person() {
  const passwd* entry = getpwuid(getuid());
  // With sudo it is the person behind it who decides.
  const char* behind_sudo = std::getenv("SUDO_USER");
  Person person;
  person.who = behind_sudo && *behind_sudo ? behind_sudo : entry ? entry->pw_name : std::to_string(getuid());
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0) person.laptop = host.data();
  const char* terminal = ttyname(0);
  const char* connection = std::getenv("SSH_CONNECTION");
  person.from = person.laptop + (terminal ? " " + std::string(terminal) : " without a terminal");
  if (connection && *connection) person.from += " over SSH from " + split(connection, ' ')[0];
  return person;
}

}  // namespace mxodus
