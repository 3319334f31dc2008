#include "orchestrator/run/gates.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/text.h"
#include "orchestrator/plan/fingerprint.h"
#include "orchestrator/plan/json_names.h"
#include "orchestrator/run/crash_point.h"
#include "orchestrator/run/edges.h"
#include "orchestrator/run/review.h"
#include "orchestrator/run/tasks.h"

namespace mxodus {
namespace {

constexpr const char* kLatePlan = "late_plan";
constexpr const char* kHostBack = "host_back";

Result<void> done(const Result<std::int64_t>& written) {
  if (!written) return tl::unexpected(written.error());
  return {};
}

/// As many items as a command line shows well; whoever types it sees the whole list beside it.
constexpr std::size_t kItemsToType = 12;

/// Each item is left to be answered: what could be pasted as it is would be a list that nobody has gone
/// through.
std::string words_on_each(const std::vector<std::string>& items) {
  std::string words;
  for (std::size_t n = 0; n < std::min(items.size(), kItemsToType); ++n)
    words += " " + shell_quote(items[n] + "=…");
  return words + (items.size() > kItemsToType ? " …" : "");
}

/// As many changes as a question names and is still read.
constexpr std::size_t kChangesToName = 3;

/// "a, b, c and 2 more"
std::string first_few(std::vector<std::string> names) {
  const std::size_t more = names.size() - std::min(names.size(), kChangesToName);
  names.resize(names.size() - more);
  return join(names, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

/// The steps that are still to change something on the host and wait for the word on it.
std::vector<std::string> changes_to_come_on(const RunContext& run, const std::string& host) {
  std::vector<std::string> steps;
  for (const RunStep& step : run.table.steps()) {
    if (step.effect == Effect::observe || step.clean_up || has_ended(run.item({step.id(), {}}).state))
      continue;
    const auto items = items_of(run.table, step, run.state(), {});
    const bool not_yet_known = items.empty() && plain_value(step.spec->host) == Value(host);
    if (not_yet_known || std::any_of(items.begin(), items.end(), [&](const Instance& instance) {
          return instance.standpoint.host == host && !has_ended(run.item(instance.id).state);
        }))
      steps.push_back(step.id());
  }
  return steps;
}

/// How many different people have said yes, this one included.
int people(const OpenGate& gate, const Decision& decision) {
  std::set<std::string> who{decision.data.who};
  for (const GateAnswered& answer : gate.answers) who.insert(answer.who);
  return static_cast<int>(who.size());
}

}  // namespace

Answer answer_of(EventType type, const DecisionData& data) {
  Answer answer;
  answer.approved = type == EventType::approve;
  answer.why = data.why;
  if (const auto* items = data.value.get<ValueMap>())
    answer.items = *items;
  else if (!data.value.is_null())
    answer.text = to_string(data.value);
  return answer;
}

ItemId host_item(const std::string& host) {
  return {"host." + host, {}};
}

Question question_of(const ItemRecord& record) {
  const GateOpened& asked = record.gate->asked;
  // The rest of what the step asks stands in its plan; a gate of mxodus' own has none.
  const auto planned = planned_from_intent({.plan = record.late_plan});
  if (planned && planned->question && planned->question->text == asked.question) return *planned->question;
  Question question{.kind = enum_from_name<GateKind>(gate_kind_names, asked.kind),
                    .text = asked.question,
                    .people = asked.people};
  (question.kind == GateKind::checklist ? question.items : question.options) = asked.options;
  return question;
}

bool wants_words(GateKind kind) {
  return kind == GateKind::choose || kind == GateKind::answer || kind == GateKind::checklist;
}

std::string answer_command(const ItemId& id, const ItemRecord& record) {
  const Question question = question_of(record);
  if (question.done_if) return {};
  const std::string step = " " + shell_quote(to_string(id));
  const std::string why = question.why_required ? " --why …" : "";
  if (!wants_words(question.kind)) return "mxodus approve" + step + why;
  if (question.kind == GateKind::checklist) return "mxodus answer" + step + words_on_each(question.items);
  std::string words = question.suggestion;
  if (words.empty()) words = question.options.empty() ? "…" : question.options.front();
  return "mxodus answer" + step + " " + (words == "…" ? words : shell_quote(words)) + why;
}

namespace {

/// How the items of a step that looks have ended, by their keys; not what they said, which differs from look
/// to look.
nlohmann::json ends_of(const RunState& state, const std::string& step) {
  nlohmann::json ends = nlohmann::json::object();
  for (auto it = state.items.lower_bound({step, {}}); it != state.items.end() && it->first.step == step;
       ++it) {
    const ItemRecord& record = it->second;
    if (!has_ended(record.state)) continue;
    const bool judged = record.state == ItemState::done && record.verdict;
    ends[it->first.item] = judged ? to_string(*record.verdict) : to_string(record.state);
  }
  return ends;
}

std::string as_written(const StepSpec& spec) {
  const nlohmann::json text{{"uses", spec.uses},
                            {"host", to_json(plain_value(spec.host))},
                            {"from", to_json(plain_value(spec.from))},
                            {"with", to_json(plain_value(spec.with))},
                            {"for_each", to_json(plain_value(spec.for_each))}};
  return sha256_hex(text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// Of the outputs that the change reads, those that were there when the gate asked: what comes after it must
/// not look like another question.
Value outputs_above(const RunContext& run, const RunStep& gate, const RunStep& change) {
  Value all = outputs_for(change, run.state());
  auto* of_steps = all.get<ValueMap>();
  if (!of_steps) return all;
  ValueMap above;
  for (const RunStep* step : run.table.upstream(gate.id()))
    if (const auto known = of_steps->find(step->id()); known != of_steps->end()) above.insert(*known);
  return above;
}

/// What the change would do, as it was reviewed; of one that was edited since, as far as that tells at the
/// gate, what it would do now.
std::vector<std::string> plans_of(const RunContext& run, const RunStep& gate, const RunStep& change) {
  std::vector<std::string> plans;
  if (!run.state().revised(change.id())) {
    for (const PlannedItem& item : run.plan.items)
      if (item.id.step == change.id()) plans.push_back(intent_digest(item));
    return plans;
  }
  const Value outputs = outputs_above(run, gate, change);
  const auto instances = run.table.instances(change, outputs);
  if (!instances || !instances->waits_for.empty()) return {as_written(*change.spec)};
  for (const Instance& instance : instances->list) {
    const auto params = run.table.params(change, instance, outputs);
    const auto host = run.plan.hosts.find(instance.standpoint.host);
    const std::string now = params
                                ? fingerprint(change.type->declaration(), *params,
                                              host == run.plan.hosts.end() ? nullptr : &host->second.identity)
                                : as_written(*change.spec);
    const PlannedItem* reviewed = run.plan.find(instance.id);
    plans.push_back(reviewed && reviewed->fingerprint == now ? intent_digest(*reviewed) : now);
  }
  return plans;
}

}  // namespace

std::string Gates::digest_of(const RunStep& step, const Question& question) const {
  nlohmann::json under = nlohmann::json::object();
  const Value outputs = outputs_for(step, run_.state());
  for (const Dependency& dependency : step.dependencies) {
    if (const RunStep* above = run_.table.find(dependency.step); above && above->only_looks())
      under[dependency.step]["ends"] = ends_of(run_.state(), dependency.step);
    if (!dependency.reads) continue;
    const Value* seen = outputs.find(dependency.step);
    under[dependency.step]["outputs"] = seen ? to_json(*seen) : nlohmann::json();
  }
  nlohmann::json behind = nlohmann::json::array();
  for (const RunStep* below : run_.table.downstream(step.id()))
    if (below->effect != Effect::observe)
      for (std::string& plan : plans_of(run_, step, *below)) behind.push_back(std::move(plan));
  const nlohmann::json seen{{"question", to_json(question)}, {"under", under}, {"behind", behind}};
  return sha256_hex(seen.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Result<void> Gates::ask(const ItemId& id, const GateOpened& gate) {
  if (auto opened = run_.journal.gate_opened(id, gate); !opened) return tl::unexpected(opened.error());
  crash::here("gate-opened");
  return {};
}

Result<void> Gates::open(const RunStep& step, const PlannedItem& planned) {
  const Question& question = *planned.question;
  // Whoever takes the answer up, maybe another process, needs the parameters.
  if (auto kept = run_.journal.planned(planned.id, intent_plan(planned)); !kept)
    return tl::unexpected(kept.error());
  GateOpened gate;
  gate.kind = gate_kind_names[static_cast<std::size_t>(question.kind)];
  gate.question = question.text;
  gate.options = question.kind == GateKind::checklist ? question.items : question.options;
  gate.people = question.people;
  gate.digest = digest_of(step, question);
  return ask(planned.id, gate);
}

Result<void> Gates::open_for_plan(const PlannedItem& fresh, const std::string& why, bool drift) {
  if (auto kept = run_.journal.planned(fresh.id, intent_plan(fresh)); !kept)
    return tl::unexpected(kept.error());
  return ask(
      fresh.id,
      {kLatePlan, why + ". Go on with: " + fresh.step.summary + "?", intent_digest(fresh), {}, 1, drift});
}

Result<void> Gates::open_for_host(const std::string& host) {
  const auto changes = changes_to_come_on(run_, host);
  const std::string question =
      host +
      " was down and answers again. Anything on it may have begun to act by itself: look before "
      "changes go on. " +
      (changes.empty() ? ""
                       : "A yes also lets the changes to " + host +
                             " itself begin, each in its turn: " + first_few(changes) + ". ") +
      "Go on?";
  return ask(host_item(host), {kHostBack, question, sha256_hex(question), {}, 1, false});
}

bool Gates::host_waits() const {
  return std::any_of(run_.state().items.begin(), run_.state().items.end(), [](const auto& entry) {
    return entry.second.state == ItemState::gate && entry.second.gate &&
           entry.second.gate->asked.kind == kHostBack;
  });
}

bool Gates::drifted(const ItemId& id) const {
  const ItemRecord& record = run_.item(id);
  return record.state == ItemState::gate && record.gate && record.gate->asked.drift;
}

std::string Gates::drifted() const {
  for (const auto& [id, record] : run_.state().items)
    if (drifted(id)) return to_string(id);
  return {};
}

std::optional<PlannedItem> Gates::asked_otherwise(const RunStep& step, const ItemId& id,
                                                  const std::string& digest) const {
  // A question is made of what is known; no host is asked.
  const Value outputs = outputs_for(step, run_.state());
  ItemLook look = run_.table.look(step, run_.table.instance(step, id, outputs), outputs,
                                  Deadline(std::chrono::seconds(5)));
  if (!look.item.question || digest_of(step, *look.item.question) == digest) return {};
  return std::move(look.item);
}

Result<void> Gates::ask_anew_after_edit() {
  if (run_.state().revisions.empty()) return {};
  const auto items = run_.state().items;
  for (const auto& [id, record] : items) {
    const RunStep* step = run_.table.find(id.step);
    const bool asks = record.state == ItemState::gate && record.gate;
    if (!asks || !step || step->kind() != StepKind::gate) continue;
    if (const auto now = asked_otherwise(*step, id, record.gate->asked.digest))
      if (auto opened = open(*step, *now); !opened) return opened;
  }
  return {};
}

Result<bool> Gates::hold_above(const ItemId& change) {
  bool hold = true;
  for (const RunStep* above : run_.table.upstream(change.step)) {
    if (above->kind() != StepKind::gate) continue;
    for (auto it = run_.state().items.lower_bound({above->id(), {}});
         it != run_.state().items.end() && it->first.step == above->id(); ++it) {
      const ItemRecord record = it->second;
      const bool answered =
          record.state == ItemState::done && record.settled_by && record.settled_by->type != EventType::retry;
      if (!answered || record.settled_by->data.digest.empty()) continue;
      const auto now = asked_otherwise(*above, it->first, record.settled_by->data.digest);
      if (!now) continue;
      hold = false;
      Sentence changed;
      changed.sentence =
          "what " + to_string(it->first) + " was answered on is no longer so: it is asked again";
      changed.details =
          ValueMap{{"answered_on", value_from_json(to_json(record.late_plan))}, {"now", intent_plan(*now)}};
      if (auto written = run_.journal.drift(it->first, changed); !written)
        return tl::unexpected(written.error());
      if (auto opened = open(*above, *now); !opened) return tl::unexpected(opened.error());
      break;  // the iterator's map has changed
    }
  }
  return hold;
}

Result<void> Gates::refuse(const Decision& decision, const std::string& why) {
  return done(run_.journal.decision_refused(decision, why));
}

Result<void> Gates::close(const Decision& decision, ItemState state, const Value& value) {
  const OpenGate& gate = *run_.item(decision.id).gate;
  GateAnswered answered;
  answered.state = state;
  answered.gate = gate.n;
  answered.decision = decision.n;
  answered.kind = to_string(decision.type);
  answered.who = decision.data.who;
  answered.from = decision.data.from;
  answered.when = decision.when;
  answered.why = decision.data.why;
  answered.value = value;
  return done(run_.journal.gate_answered(decision.id, answered));
}

Result<void> Gates::answer(const Decision& decision) {
  const ItemRecord& record = run_.item(decision.id);
  if (record.state != ItemState::gate || !record.gate)
    return refuse(decision, to_string(decision.id) + " asks nothing now; it is " +
                                std::string(to_string(record.state)));
  const OpenGate gate = *record.gate;
  if (decision.data.answers != 0 && decision.data.answers != gate.n)
    return refuse(decision, "the question was asked anew after this answer was given; look at it again");
  if (!decision.data.digest.empty() && decision.data.digest != gate.asked.digest)
    return refuse(decision, "what was shown to whoever answered is not what is asked now; look at it again");
  if (decision.type == EventType::approve && done_if(record))
    return refuse(decision,
                  to_string(decision.id) + " is done when its `done_if` holds; a word does not replace it");
  crash::here("decision-read");

  const std::string by = decision.data.who.empty() ? std::string("an operator") : decision.data.who;
  if (decision.type == EventType::reject) {
    const Observation said{Verdict::fail, "rejected by " + by + ": " + decision.data.why, {}, {}};
    if (auto noted = run_.journal.observation(decision.id, said); !noted)
      return tl::unexpected(noted.error());
    return close(decision, ItemState::failed, {});
  }
  if (decision.type == EventType::approve && people(gate, decision) < gate.asked.people)
    return close(decision, ItemState::gate, {});
  if (gate.asked.kind == kLatePlan) return close(decision, ItemState::pending, {});
  if (gate.asked.kind == kHostBack) return close(decision, ItemState::done, {});

  const RunStep* step = run_.table.find(decision.id.step);
  auto planned = planned_from_intent({.plan = record.late_plan});
  if (!step || !planned)
    return refuse(decision, "the question of " + to_string(decision.id) + " cannot be read any more");
  auto finding = step->type->take_answer(Params(planned->params), answer_of(decision.type, decision.data));
  if (!finding) return refuse(decision, one_line(finding.error()));
  // What somebody has tried and seen fail may be a warning, as what a look has seen; a no never is.
  const bool forgiven = finding->verdict == Verdict::fail && decision.type == EventType::answer &&
                        step->rules().on_fail.action == FailureRule::Action::warn;
  const Verdict verdict = forgiven ? Verdict::warn : finding->verdict;
  const Observation said{verdict, finding->sentence, Value(finding->outputs), {}};
  if (auto noted = run_.journal.observation(decision.id, said); !noted) return tl::unexpected(noted.error());
  const bool good = verdict == Verdict::ok || verdict == Verdict::warn;
  return close(decision, good ? ItemState::done : ItemState::failed, decision.data.value);
}

}  // namespace mxodus
