#include <nlohmann/json.hpp>

#include "orchestrator/plan/json_names.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/playbook/diagnostic.h"

namespace mxodus {

using nlohmann::json;

namespace {

template <class Enum, std::size_t N>
std::string_view name_of(const std::array<std::string_view, N>& names, Enum value) {
  return names[static_cast<std::size_t>(value)];
}

std::string text(const json& object, const char* key) {
  return object.value(key, std::string());
}

ValueMap value_map(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  Value value = value_from_json(*found);
  const auto* map = value.get<ValueMap>();
  return map ? *map : ValueMap();
}

json to_json(const PlannedHost& host) {
  return {{"name", host.identity.name},
          {"fingerprint", host.identity.fingerprint},
          {"address", host.identity.address},
          {"trouble", host.trouble},
          {"may_be_down", host.may_be_down}};
}

PlannedHost planned_host_from_json(const json& object) {
  return {{text(object, "name"), text(object, "fingerprint"), text(object, "address")},
          text(object, "trouble"),
          object.value("may_be_down", false)};
}

}  // namespace

json to_json(const Finding& finding) {
  return {{"verdict", to_string(finding.verdict)},
          {"sentence", finding.sentence},
          {"outputs", to_json(Value(finding.outputs))},
          {"state", to_json(finding.state)}};
}

Finding finding_from_json(const json& object) {
  Finding finding;
  finding.verdict = verdict_from_string(text(object, "verdict")).value_or(Verdict::unknown);
  finding.sentence = text(object, "sentence");
  finding.outputs = value_map(object, "outputs");
  finding.state = value_from_json(object.value("state", json()));
  return finding;
}

json to_json(const StepPlan& plan) {
  json changes = json::array();
  for (const Change& change : plan.changes)
    changes.push_back({{"what", change.what}, {"before", change.before}, {"after", change.after}});
  json object = {{"action", name_of(plan_action_names, plan.action)},
                 {"summary", plan.summary},
                 {"changes", changes},
                 {"warnings", plan.warnings},
                 {"apply", to_json(plan.apply)},
                 {"undo", to_json(plan.undo)}};
  if (plan.would_fail) object["would_fail"] = *plan.would_fail;
  if (plan.bytes) object["bytes"] = plan.bytes->bytes;
  if (plan.eta) object["eta_ms"] = plan.eta->value.count();
  return object;
}

StepPlan step_plan_from_json(const json& object) {
  StepPlan plan;
  plan.action = enum_from_name<PlanAction>(plan_action_names, text(object, "action"));
  plan.summary = text(object, "summary");
  for (const json& change : object.value("changes", json::array()))
    plan.changes.push_back({text(change, "what"), text(change, "before"), text(change, "after")});
  plan.warnings = object.value("warnings", std::vector<std::string>());
  plan.apply = value_from_json(object.value("apply", json()));
  plan.undo = value_from_json(object.value("undo", json()));
  if (object.contains("would_fail")) plan.would_fail = text(object, "would_fail");
  if (object.contains("bytes")) plan.bytes = Size{object.value("bytes", std::int64_t{0})};
  if (object.contains("eta_ms"))
    plan.eta = Duration{std::chrono::milliseconds(object.value("eta_ms", std::int64_t{0}))};
  return plan;
}

json to_json(const Question& question) {
  json object = {{"kind", name_of(gate_kind_names, question.kind)},
                 {"text", question.text},
                 {"options", question.options},
                 {"suggestion", question.suggestion},
                 {"items", question.items},
                 {"people", question.people},
                 {"why_required", question.why_required}};
  if (question.done_if)
    object["done_if"] = {{"uses", question.done_if->uses},
                         {"with", to_json(Value(question.done_if->with))},
                         {"host", question.done_if->host},
                         {"from", question.done_if->from}};
  return object;
}

Question question_from_json(const json& object) {
  Question question;
  question.kind = enum_from_name<GateKind>(gate_kind_names, text(object, "kind"));
  question.text = text(object, "text");
  question.options = object.value("options", std::vector<std::string>());
  question.suggestion = text(object, "suggestion");
  question.items = object.value("items", std::vector<std::string>());
  question.people = object.value("people", 1);
  question.why_required = object.value("why_required", false);
  if (const auto nested = object.find("done_if"); nested != object.end())
    question.done_if = NestedStep{text(*nested, "uses"), value_map(*nested, "with"), text(*nested, "host"),
                                  text(*nested, "from")};
  return question;
}

json to_json(const PlannedItem& item) {
  json object = {{"step", item.id.step},
                 {"item", item.id.item},
                 {"uses", item.uses},
                 {"host", item.host},
                 {"from", item.vantage},
                 {"stage", item.stage},
                 {"effect", to_string(item.effect)},
                 {"action", to_string(item.action)},
                 {"sureness", to_string(item.sureness)},
                 {"waits_for", item.waits_for},
                 {"params", to_json(Value(item.params))},
                 {"plan", to_json(item.step)},
                 {"point_of_no_return", item.point_of_no_return},
                 {"fingerprint", item.fingerprint}};
  if (item.found) {
    object["found"] = to_json(*item.found);
    object["found_at_ms"] = item.found_at.since_epoch.count();
  }
  if (item.question) object["question"] = to_json(*item.question);
  return object;
}

PlannedItem planned_item_from_json(const json& object) {
  PlannedItem item;
  item.id = {text(object, "step"), text(object, "item")};
  item.uses = text(object, "uses");
  item.host = text(object, "host");
  item.vantage = text(object, "from");
  item.stage = text(object, "stage");
  item.effect = effect_from_string(text(object, "effect")).value_or(Effect::permanent);
  item.action = enum_from_name<PlannedAction>(action_names, text(object, "action"));
  item.sureness = enum_from_name<Sureness>(sureness_names, text(object, "sureness"));
  item.waits_for = text(object, "waits_for");
  item.params = value_map(object, "params");
  item.step = step_plan_from_json(object.value("plan", json::object()));
  item.point_of_no_return = object.value("point_of_no_return", false);
  item.fingerprint = text(object, "fingerprint");
  if (const auto found = object.find("found"); found != object.end()) {
    item.found = finding_from_json(*found);
    item.found_at = Time{std::chrono::milliseconds(object.value("found_at_ms", std::int64_t{0}))};
  }
  if (const auto question = object.find("question"); question != object.end())
    item.question = question_from_json(*question);
  return item;
}

namespace {

Error diagnostic_from_json(const json& object) {
  Error fault{ErrorKind::invalid,  text(object, "code"), text(object, "message"), {}, {},
              text(object, "hint")};
  if (object.contains("file"))
    fault.position = Position{text(object, "file"), object.value("line", 0), object.value("column", 0)};
  return fault;
}

}  // namespace

json to_json(const Plan& plan) {
  json hosts = json::object();
  for (const auto& [name, host] : plan.hosts) hosts[name] = to_json(host);
  json items = json::array();
  for (const PlannedItem& item : plan.items) items.push_back(to_json(item));
  json lint = json::array();
  for (const Error& fault : plan.lint) lint.push_back(diagnostic_to_json(fault, Severity::warning));
  return {{"format", plan.format},
          {"mxodus_version", plan.mxodus_version},
          {"playbook_file", plan.playbook_file},
          {"playbook_text", plan.playbook_text},
          {"name", plan.name},
          {"inputs", to_json(Value(plan.inputs))},
          {"lineage", plan.lineage},
          {"serial", plan.serial},
          {"made_at_ms", plan.made_at.since_epoch.count()},
          {"hosts", hosts},
          {"items", items},
          {"lint", lint}};
}

Result<Plan> plan_from_json(const json& object) {
  try {
    Plan plan;
    plan.format = object.at("format").get<int>();
    if (plan.format != 1)
      return fail(ErrorKind::invalid, "plan.format",
                  "this plan has format " + std::to_string(plan.format) + ", which this mxodus does not read",
                  "make the plan again with this version");
    plan.mxodus_version = text(object, "mxodus_version");
    plan.playbook_file = text(object, "playbook_file");
    plan.playbook_text = object.at("playbook_text").get<std::string>();
    plan.name = text(object, "name");
    plan.inputs = value_map(object, "inputs");
    plan.lineage = text(object, "lineage");
    plan.serial = object.at("serial").get<std::uint64_t>();
    plan.made_at = Time{std::chrono::milliseconds(object.at("made_at_ms").get<std::int64_t>())};
    for (const auto& [name, host] : object.at("hosts").items())
      plan.hosts[name] = planned_host_from_json(host);
    for (const json& item : object.at("items")) plan.items.push_back(planned_item_from_json(item));
    for (const json& fault : object.at("lint")) plan.lint.push_back(diagnostic_from_json(fault));
    return plan;
  } catch (const json::exception& error) {
    return fail(ErrorKind::invalid, "plan.damaged", std::string("the plan cannot be read: ") + error.what(),
                "make the plan again");
  }
}

}  // namespace mxodus
