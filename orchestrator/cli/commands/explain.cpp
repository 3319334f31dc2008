#include <algorithm>
#include <memory>

#include <nlohmann/json.hpp>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/held_back.h"
#include "orchestrator/cli/revision.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/cli/session.h"
#include "orchestrator/core/clock.h"
#include "orchestrator/core/text.h"
#include "orchestrator/report/event_words.h"
#include "orchestrator/report/gate_text.h"
#include "orchestrator/report/plan_text.h"
#include "orchestrator/run/adhoc.h"
#include "orchestrator/run/failure_rule.h"
#include "orchestrator/run/gates.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct ExplainArguments {
  std::string run;
  std::string step;
};

/// What failures keep back, by the playbook of the run; empty where that cannot be read any more.
std::string held_back_in(const Cli& cli, const OpenRun& run, const Plan& plan, const ItemId& id) {
  const RunState& state = run.journal.state();
  if (state.item(id).state != ItemState::pending) return {};
  const Catalog catalog = make_catalog();
  const auto file = own_playbook(cli, run.directory, state, plan, catalog);
  if (!file) return {};
  const auto session = Session::open(file->playbook, plan.inputs, catalog, false);
  if (!session) return {};
  return held_back(StepTable(file->playbook, file->order, (*session)->environment(), plan.inputs), state, id);
}

std::string why_pending(const PlannedItem* planned, const std::string& held) {
  if (planned && planned->action == PlannedAction::skipped) return "will not run: " + planned->step.summary;
  if (!held.empty()) return "has not begun: " + held;
  if (planned && !planned->waits_for.empty())
    return "has not begun; it waits for what " + planned->waits_for + " gives";
  return "has not begun; what it waits for has not ended";
}

std::string where_it_runs(const ItemRecord& item) {
  if (!item.open || item.open->intent.jobs.empty()) return "is under way";
  const JobRef& job = item.open->intent.jobs[0];
  return "is under way: job " + job.id + " on " + job.host;
}

/// Why the item will run, or will not; `held` is what failures keep back.
std::string why(const ItemId& id, const ItemRecord& item, const Plan& plan, const std::string& run,
                const std::string& held) {
  const std::string retry = about_run("mxodus retry " + shell_quote(to_string(id)), run);
  if (is_past_adhoc(item))
    return "was typed by " + item.adhoc->who + ", because: " + item.adhoc->why + "; it ended " +
           std::string(to_string(item.state)) + " and does not run again";
  switch (item.state) {
    case ItemState::pending:
      return why_pending(plan.find(id), held);
    case ItemState::done:
      return "is done and will not run again, unless it is told to: " + retry;
    case ItemState::failed:
      if (item.code == ending_code::not_undone)
        return "could not be taken back, and its change may stand; after mending: mxodus rollback " + run;
      return "failed and will not run again by itself; after mending: " + retry + ", or accept or skip it";
    case ItemState::in_doubt:
      return "was begun and its end is not known; mxodus resume looks again. After looking yourself: " +
             retry + ", or accept it with what you saw as --why";
    case ItemState::gate:
      return item.gate && question_of(item).done_if ? "waits for a person, and looks whether it is done"
                                                    : "waits for a person";
    case ItemState::waiting:
      return item.next_look ? "waits and looks again " + near_time(*item.next_look, system_clock().now())
                            : "waits: " + item.reason;
    case ItemState::blocked:
      return "cannot begin: " + item.reason;
    case ItemState::skipped:
      return "is left out: " + item.reason;
    case ItemState::accepted:
      return "was accepted in spite of its verdict and will not run again";
    case ItemState::cancelled:
      return "was cancelled and will not run again, unless it is told to: " + retry;
    case ItemState::undone:
      return "was taken back; " + retry + " does it again, mxodus rollback " + run +
             " takes back what else was changed";
    case ItemState::running:
    case ItemState::reconnecting:
      return where_it_runs(item);
  }
  return {};
}

/// The items that a step with for_each, or with several vantages, has come to so far; none for other steps,
/// and for an item itself.
std::vector<ItemId> items_of(const ItemId& id, const Plan& plan, const RunState& state) {
  std::vector<ItemId> items;
  if (!id.item.empty()) return items;
  for (const PlannedItem& planned : plan.items)
    if (planned.id.step == id.step && !planned.id.item.empty()) items.push_back(planned.id);
  for (auto it = state.items.lower_bound(id); it != state.items.end() && it->first.step == id.step; ++it)
    if (!it->first.item.empty() && std::find(items.begin(), items.end(), it->first) == items.end())
      items.push_back(it->first);
  return items;
}

/// A step as the sum of its items.
std::string items_text(const ItemId& id, const std::vector<ItemId>& items, const RunState& state,
                       const Style& style) {
  std::string text = style.paint(Role::heading, shown(id)) + " has " + counted(items.size(), "item") + "\n\n";
  std::size_t width = 0;
  for (const ItemId& item : items) width = std::max(width, columns(shown(item)));
  for (const ItemId& item : items) {
    const ItemRecord& record = state.item(item);
    const std::string seen = record.sentence.empty() ? record.reason : record.sentence;
    text += "  " + pad(shown(item), width) + " " + std::string(to_string(record.state)) +
            (seen.empty() ? "" : ": " + printable_line(seen, 400)) + "\n";
  }
  return text;
}

std::string explanation(const ItemId& id, const OpenRun& run, const Plan& plan,
                        const std::vector<Event>& events, const std::string& held, const Style& style) {
  const ItemRecord& item = run.journal.state().item(id);
  std::string text = style.paint(Role::heading, shown(id)) + " " +
                     printable_line(why(id, item, plan, run.directory.run(), held), 600) + "\n";
  if (item.gate)
    text += "\n" + printable(item.gate->asked.question) + "\n" + offer_text(question_of(item), style, 2) +
            "  digest " + item.gate->asked.digest + "\n";
  if (const PlannedItem* planned = plan.find(id))
    text += "\nAs planned\n" + item_text(*planned, style, columns(shown(id)));
  text += "\nWhat happened\n";
  for (const Event& event : events) {
    if (event.id != id) continue;
    const EventWords words = words_for(event);
    text += "  " + to_local_string(event.utc) + " " + style.paint(words.role, pad(cut(words.word, 10), 10)) +
            " " + words.sentence + "\n";
  }
  if (!item.evidence.empty()) text += "\nEvidence\n";
  for (const std::string& name : item.evidence)
    text += "  " + (run.directory.evidence() / (name + ".gz")).string() + "\n";
  return text;
}

int explain(const Cli& cli, const ExplainArguments& options) {
  auto run = open_run(options.run);
  if (!run) return report(run.error());
  auto plan = reviewed_plan(*run);
  if (!plan) return report(plan.error());
  const Plan edited = with_edits(*plan, *run);
  auto id = parse_item(options.step, edited, run->journal.state());
  if (!id) return report(id.error());
  auto events = read_events(run->directory);
  if (!events) return report(events.error());
  const RunState& state = run->journal.state();
  const auto items = items_of(*id, edited, state);
  if (!cli.json && !items.empty()) {
    const int code = print(items_text(*id, items, state, cli.out()));
    suggest(about_run("mxodus explain " + shell_quote(to_string(items.front())), run->directory.run()));
    return code;
  }
  const std::string held = held_back_in(cli, *run, *plan, *id);
  if (!cli.json) return print(explanation(*id, *run, *plan, *events, held, cli.out()));
  const ItemRecord& item = state.item(*id);
  nlohmann::json json = {{"step", id->step},
                         {"item", id->item},
                         {"state", to_string(item.state)},
                         {"why", why(*id, item, *plan, run->directory.run(), held)},
                         {"fingerprint", item.fingerprint},
                         {"outputs", to_json(item.outputs)},
                         {"evidence", item.evidence}};
  if (item.gate) json["gate"] = gate_json(*item.gate);
  for (const ItemId& one : items)
    json["items"].push_back({{"item", one.item}, {"state", to_string(state.item(one).state)}});
  return print(json_text(json));
}

}  // namespace

void add_explain(Cli& cli) {
  auto options = std::make_shared<ExplainArguments>();
  CLI::App& command = cli.command("explain", "Why a step will or will not run, and all that happened to it.",
                                  {"mxodus explain restore", "mxodus explain 'mailbox[alice]'"},
                                  [&cli, options] { return explain(cli, *options); });
  command.add_option("step", options->step, "STEP, or STEP[ITEM]")->required();
  add_run_option(command, options->run);
}

}  // namespace mxodus
