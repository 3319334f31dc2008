#include "orchestrator/plan/named_entries.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/zone_finder.h"
#include "orchestrator/step_api/params.h"

namespace mxodus {
namespace {

bool names_an_entry(ParamType type) {
  switch (type) {
    case ParamType::repository:
    case ParamType::zone:
    case ParamType::account:
    case ParamType::host:
    case ParamType::place:
      return true;
    default:
      return false;
  }
}

std::vector<std::string> names_for(const Playbook& playbook, ParamType type) {
  std::vector<std::string> names;
  const auto take = [&](const auto& list) {
    for (const auto& entry : list) names.push_back(entry.name);
  };
  if (type == ParamType::repository) take(playbook.repositories);
  if (type == ParamType::zone) take(playbook.dns);
  if (type == ParamType::account) take(playbook.accounts);
  if (type == ParamType::host || type == ParamType::place)
    for (const HostEntry& host : playbook.hosts) names.push_back(host.spec.name);
  return names;
}

std::optional<std::string> text_of(const Node* node, const Scope& scope) {
  const auto value = node ? evaluate(*node, scope) : Result<Value>(Value());
  const auto* text = value ? value->get<std::string>() : nullptr;
  return text ? std::optional(*text) : std::nullopt;
}

/// A step type whose one `zone` may be left out finds it by the `name` of each map in its lists.
bool finds_its_zone(const StepDeclaration& type, const Node& with) {
  return std::any_of(type.params.begin(), type.params.end(), [&](const ParamSpec& spec) {
    return spec.type == ParamType::zone && !spec.list && !spec.required && !with.find(spec.name);
  });
}

/// The nodes of the names in a step's lists of records.
std::vector<const Node*> record_names(const StepDeclaration& type, const Node& with) {
  std::vector<const Node*> names;
  const auto take = [&](const Node& record) {
    if (const Node* name = record.find("name")) names.push_back(name);
  };
  for (const Node::Entry& entry : with.entries()) {
    const ParamSpec* spec = find_param(type, entry.key);
    if (!spec || !spec->list || spec->type != ParamType::map) continue;
    take(entry.value);  // one alone is a list too
    for (const Node& record : entry.value.items()) take(record);
  }
  return names;
}

}  // namespace

std::string known_names(const std::string& wrong, const std::vector<std::string>& known) {
  const std::string near = nearest(wrong, known);
  if (!near.empty()) return "did you mean `" + near + "`?";
  return "it knows " + (known.empty() ? "none" : join(known, ", "));
}

Diagnostics missing_entries(const Playbook& playbook, const ParamSpec& spec, const Value& bound) {
  Diagnostics missing;
  if (!names_an_entry(spec.type)) return missing;
  const std::vector<std::string> known = names_for(playbook, spec.type);
  const auto* list = bound.get<ValueList>();
  for (const Value& value : list ? *list : ValueList{bound}) {
    const Value* name = spec.type == ParamType::place ? value.find("host") : &value;
    const auto* text = name ? name->get<std::string>() : nullptr;
    if (!text || std::find(known.begin(), known.end(), *text) != known.end()) continue;
    missing.push_back({ErrorKind::invalid,
                       "step.unknown-name",
                       "`" + spec.name + "`: the playbook has no such entry: " + printable_line(*text, 60),
                       {},
                       {},
                       known_names(*text, known)});
  }
  return missing;
}

std::optional<Error> misplaced_record(const Playbook& playbook, const StepDeclaration& type, const Node& with,
                                      const Scope& scope) {
  if (!finds_its_zone(type, with)) return std::nullopt;
  std::map<std::string, std::string> zones;
  for (const ResourceSpec& spec : playbook.dns)
    if (auto zone = text_of(spec.settings.find("zone"), scope)) zones.emplace(spec.name, std::move(*zone));
  const bool all_known = zones.size() == playbook.dns.size();
  ZoneFinder finder(std::move(zones));
  for (const Node* node : record_names(type, with)) {
    const auto name = text_of(node, scope);
    auto added = name ? finder.add(*name) : Result<void>();
    if (added || (!all_known && added.error().code != "dns.relative-name")) continue;
    added.error().position = playbook.at(node->mark());
    return std::move(added).error();
  }
  return std::nullopt;
}

}  // namespace mxodus
