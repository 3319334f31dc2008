#include "orchestrator/plan/named_entries.h"

#include <algorithm>

#include "orchestrator/core/text.h"

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

}  // namespace mxodus
