#include "orchestrator/run/decisions.h"

#include <algorithm>
#include <memory>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/playbook_file.h"
#include "orchestrator/cli/run_access.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/lock.h"
#include "orchestrator/run/attempt.h"
#include "orchestrator/run/gates.h"
#include "steps/catalog.h"

namespace mxodus {
namespace {

struct DecisionArguments {
  std::string run;
  std::string step;
  std::string why;
  std::string digest;
  std::vector<std::string> answer;
  std::string all;  ///< the result of every item of a checklist
};

/// The number of the last event about the item: what a decision other than on a gate is an answer to.
std::int64_t last_about(const std::vector<Event>& events, const ItemId& id) {
  const auto found = std::find_if(events.rbegin(), events.rend(), [&](const Event& event) {
    return event.id == id && !is_decision(event.type);
  });
  return found == events.rend() ? 0 : found->n;
}

/// Where the name of the item ends. An item may have a "=" in it: the longest one that the word begins with
/// is meant.
std::size_t end_of_item(const std::string& word, const std::vector<std::string>& list) {
  std::size_t end = 0;
  for (const std::string& item : list)
    if (item.size() > end && word.starts_with(item + "=")) end = item.size();
  return end > 0 ? end : word.find('=');
}

/// "Thunderbird=ok", "SOGo=partly: calendar missing".
Result<ValueMap> checklist_items(const std::vector<std::string>& words,
                                 const std::vector<std::string>& list) {
  ValueMap items;
  for (const std::string& word : words) {
    const std::size_t equals = end_of_item(word, list);
    if (equals == std::string::npos)
      return fail(ErrorKind::invalid, "answer.checklist",
                  "\"" + printable_line(word, 60) + "\" says nothing about an item",
                  "write \"ITEM=ok\", \"ITEM=partly: what is missing\" or \"ITEM=fail: what was seen\"");
    const std::string said = word.substr(equals + 1);
    const std::size_t colon = said.find(':');
    ValueMap item = {{"result", std::string(trim(std::string_view(said).substr(0, colon)))}};
    if (colon != std::string::npos)
      item.emplace("evidence", std::string(trim(std::string_view(said).substr(colon + 1))));
    items.emplace(word.substr(0, equals), std::move(item));
  }
  return items;
}

/// What a gate is given: the items of a checklist, or a text; nothing for a yes or a no.
Result<Value> answer_value(EventType type, const DecisionArguments& options, const OpenGate& gate) {
  if (type != EventType::answer) return Value();
  if (gate.asked.kind != "checklist") return Value(join(options.answer, " "));
  auto items = checklist_items(options.answer, gate.asked.options);
  if (!items) return tl::unexpected(items.error());
  if (!options.all.empty())
    for (const std::string& item : gate.asked.options)
      items->try_emplace(item, ValueMap{{"result", options.all}});
  return Value(std::move(*items));
}

/// Whether the gate's step type takes the answer. Said to whoever types it: the run may see it hours later.
Result<void> judge(EventType type, const DecisionData& data, const ItemRecord& item) {
  const auto planned = planned_from_intent({.plan = item.late_plan});
  const Catalog catalog = make_catalog();
  const StepType* gate = planned ? catalog.find(planned->uses) : nullptr;
  if (type == EventType::reject || !gate || gate->declaration().kind != StepKind::gate) return {};
  const auto taken = gate->take_answer(Params(planned->params), answer_of(type, data));
  if (!taken) return tl::unexpected(taken.error());
  echo_times(taken->outputs);
  return {};
}

/// A yes is no choice, and words are neither a yes nor a no.
Result<void> fits(EventType type, const ItemId& id, const ItemRecord& item, const std::string& run) {
  const std::string step = shown(id);
  const Question question = question_of(item);
  const bool words = wants_words(question.kind);
  if (type == EventType::approve && words)
    return fail(ErrorKind::invalid, "gate.words", step + " asks for more than a yes",
                about_run(answer_command(id, item), run));
  if (type == EventType::answer && !words)
    return fail(ErrorKind::invalid, "gate.yes-or-no", step + " asks for a yes or a no",
                about_run("mxodus approve " + shell_quote(step), run) + ", or " +
                    about_run("mxodus reject " + shell_quote(step) + " --why …", run));
  if (type == EventType::approve && question.done_if)
    return fail(ErrorKind::refused, "gate.done-if",
                step + " is done when its `done_if` holds; a word does not replace it",
                "do it, and mxodus resume looks; or leave it out: " +
                    about_run("mxodus skip " + shell_quote(step) + " --why …", run));
  return {};
}

bool is_for_gate(EventType type) {
  return type == EventType::approve || type == EventType::reject || type == EventType::answer;
}

/// Fills in which question is answered, and how.
Result<void> answer_gate(DecisionData& data, EventType type, const DecisionArguments& options,
                         const ItemId& id, const ItemRecord& item, const std::string& run) {
  if (!item.gate)
    return fail(ErrorKind::refused, "gate.not-open",
                shown(id) + " asks nothing now: it is " + std::string(to_string(item.state)),
                "mxodus status says whose turn it is");
  if (!item.gate->asked.digest.starts_with(options.digest))
    return fail(ErrorKind::refused, "gate.other-digest",
                "the question of " + shown(id) + " is another one now: digest " +
                    item.gate->asked.digest.substr(0, 12),
                "look at it: " + about_run("mxodus explain " + shell_quote(shown(id)), run));
  if (auto fitting = fits(type, id, item, run); !fitting) return fitting;
  auto value = answer_value(type, options, *item.gate);
  if (!value) return tl::unexpected(value.error());
  data.answers = item.gate->n;
  data.digest = item.gate->asked.digest;
  data.value = std::move(*value);
  return judge(type, data, item);
}

Result<DecisionData> decision_on(EventType type, const DecisionArguments& options, const ItemId& id,
                                 const OpenRun& run) {
  const Person person = present_person();
  DecisionData data;
  data.who = person.who;
  data.from = person.from;
  data.why = options.why;
  const ItemRecord& item = run.journal.state().item(id);
  // What has no attempt open stands where it stands until somebody decides: said now, not at the next resume.
  if (const std::string why = misfit(type, id, item); !why.empty() && !item.open)
    return fail(ErrorKind::refused, "decision.misfit", why, "mxodus status says where each step stands");
  if (is_for_gate(type)) {
    if (auto answered = answer_gate(data, type, options, id, item, run.directory.run()); !answered)
      return tl::unexpected(answered.error());
  } else if (item.gate) {
    data.answers = item.gate->n;
    data.digest = item.gate->asked.digest;
  } else if (!id.step.empty()) {
    auto events = read_events(run.directory);
    if (!events) return tl::unexpected(events.error());
    data.answers = last_about(*events, id);
  }
  return data;
}

Result<ItemId> item_named(const std::string& text, const OpenRun& run) {
  if (text.empty()) return ItemId{};
  auto plan = reviewed_plan(run);
  if (!plan) return tl::unexpected(plan.error());
  return parse_item(text, with_edits(std::move(*plan), run), run.journal.state());
}

int decide(const Cli& cli, EventType type, const DecisionArguments& options) {
  auto run = open_run(options.run);
  if (!run) return report(run.error());
  if (run->journal.state().phase == RunPhase::ended)
    return report({ErrorKind::refused, "run.ended",
                   "the run " + run->directory.run() + " has ended; nothing can be decided any more"});
  auto id = item_named(options.step, *run);
  if (!id) return report(id.error());
  auto data = decision_on(type, options, *id, *run);
  if (!data) return report(data.error());
  auto written = run->journal.decide(type, *id, *data);
  if (!written) return report(written.error());

  auto driver = lock_owner(run->directory.lock());
  const bool driven = driver && driver->has_value();
  if (!cli.quiet)
    std::fprintf(stderr, "%s%s is recorded%s\n", std::string(to_string(type)).c_str(),
                 id->step.empty() ? "" : (" " + shown(*id)).c_str(),
                 driven ? "; the run that is going on sees it within a second" : "");
  if (!driven && type != EventType::note) suggest("mxodus resume " + run->directory.run());
  return exit_done;
}

struct Word {
  EventType type;
  const char* name;
  const char* summary;
  const char* example;
  bool needs_step;
  bool needs_why;
};

constexpr Word decision_words[] = {
    {EventType::approve, "approve", "Say yes to a gate, or report a task as done.",
     "mxodus approve loss_window", true, false},
    {EventType::reject, "reject", "Say no to a gate; nothing behind it begins.",
     "mxodus reject go --why 'the fibre is back in an hour'", true, true},
    {EventType::answer, "answer", "Give a gate what it asks for: a choice, a text, ITEM=ok for a checklist.",
     "mxodus answer clients Thunderbird=ok 'webmail=partly: no calendar' --all ok", true, false},
    {EventType::retry, "retry", "Do a step again, with everything behind it.", "mxodus retry restore", true,
     false},
    {EventType::accept, "accept", "Go on in spite of a verdict; it stays in the report.",
     "mxodus accept mail_out --why 'reputation needs days'", true, true},
    {EventType::skip, "skip", "Leave a step out; what needs its results is skipped too.",
     "mxodus skip webmail --why 'there is none'", true, true},
    {EventType::cancel, "cancel", "End the job of a step on its host: TERM, after 30 s KILL, seen gone.",
     "mxodus cancel restore", true, false},
    {EventType::end, "end", "Give the run up: no job, timer or lease stays on a host.",
     "mxodus end --why 'we stay where we are'", false, true},
};

void add_word(Cli& cli, const Word& word) {
  auto options = std::make_shared<DecisionArguments>();
  CLI::App& command = cli.command(word.name, word.summary, {word.example},
                                  [&cli, &word, options] { return decide(cli, word.type, *options); });
  command.group("Decisions on a run");
  if (word.needs_step) command.add_option("step", options->step, "STEP, or STEP[ITEM]")->required();
  if (word.type == EventType::answer) {
    command.add_option("answer", options->answer,
                       "the answer, or ITEM=ok|partly|fail[: evidence] for each item");
    command.add_option("--all", options->all, "the result of every item of a checklist that is not named")
        ->check(CLI::IsMember({"ok", "partly", "fail"}));
  }
  CLI::Option* why = command.add_option("--why", options->why, "the reason, kept in the record");
  if (word.needs_why) why->required();
  if (is_for_gate(word.type))
    command.add_option("--digest", options->digest, "only if the question still has this digest");
  add_run_option(command, options->run);
}

}  // namespace

void add_decisions(Cli& cli) {
  for (const Word& word : decision_words) add_word(cli, word);
  auto options = std::make_shared<DecisionArguments>();
  CLI::App& note = cli.command("note", "Put a line into the record of a run.",
                               {"mxodus note 'called the ISP, ticket 4711'"},
                               [&cli, options] { return decide(cli, EventType::note, *options); });
  note.group("Decisions on a run");
  note.add_option("text", options->why, "the line")->required();
  note.add_option("--step", options->step, "about this step");
  add_run_option(note, options->run);
}

}  // namespace mxodus
