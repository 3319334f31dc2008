#include "orchestrator/plan/instances.h"

#include <set>

#include "orchestrator/core/text.h"
#include "orchestrator/playbook/template.h"

namespace mxodus {
namespace {

constexpr std::size_t most_elements = 10'000;

struct Element {
  std::string key;
  Value item;
};

tl::unexpected<Error> wrong(std::string message, std::string hint = {}) {
  return fail(ErrorKind::invalid, "step.instances", std::move(message), std::move(hint));
}

/// A key becomes part of file names, job ids and command lines.
Result<std::string> key_of(const Value& item) {
  const Value* named = item.find("id");
  const Value& source = named ? *named : item;
  if (source.get<ValueMap>() || source.get<ValueList>() || source.is_null())
    return wrong("for_each: an element has no key", "give each map an `id:`");
  return to_string(source);
}

Result<std::vector<Element>> elements_of(const Value& collection) {
  std::vector<Element> elements;
  if (const auto* map = collection.get<ValueMap>()) {
    for (const auto& [key, item] : *map) elements.push_back({key, item});
  } else if (const auto* list = collection.get<ValueList>()) {
    for (const Value& item : *list) {
      auto key = key_of(item);
      if (!key) return tl::unexpected(key.error());
      elements.push_back({std::move(*key), item});
    }
  } else {
    return wrong("for_each: it is to be a list or a map, but holds " + kind_name(collection));
  }
  if (elements.size() > most_elements)
    return wrong("for_each: " + std::to_string(elements.size()) + " elements are more than " +
                 std::to_string(most_elements));
  std::set<std::string> keys;
  for (const Element& element : elements)
    if (element.key.empty() || element.key.size() > 200)
      return wrong("for_each: a key is to have 1 to 200 bytes");
    else if (!keys.insert(element.key).second)
      return wrong("for_each: the key \"" + printable_line(element.key, 60) + "\" stands twice");
  return elements;
}

/// The names that `host:` or `from:` come to: none, one, or several.
Result<Value> names_of(const Playbook& playbook, const Node& node, const Scope& scope) {
  if (node.is_null()) return Value(ValueList());
  auto value = evaluate(node, scope);
  if (!value || !value->waits_for().empty()) return value;
  const ValueList names = value->get<ValueList>() ? *value->get<ValueList>() : ValueList{*value};
  for (const Value& name : names) {
    const auto* text = name.get<std::string>();
    if (!text || !playbook.find_host(*text))
      return wrong("the playbook has no host named \"" + printable_line(to_string(name), 60) + "\"");
  }
  return Value(names);
}

/// Adds the items that one element comes to; the step that something waits for, or empty.
Result<std::string> add_instances(const Playbook& playbook, const StepSpec& step, const std::string& key,
                                  const Value& item, Scope scope, std::vector<Instance>& list) {
  scope.item = &item;
  auto host = names_of(playbook, step.host, scope);
  auto vantages = names_of(playbook, step.from, scope);
  if (!host || !vantages) return tl::unexpected((!host ? host : vantages).error());
  for (const Value* names : {&*host, &*vantages})
    if (std::string waits_for = names->waits_for(); !waits_for.empty()) return waits_for;

  Instance instance{{step.id, key}, item, {}};
  const ValueList& host_names = *host->get<ValueList>();
  if (host_names.size() > 1) return wrong("`host:` is to be one host; use for_each for several");
  if (!host_names.empty()) instance.standpoint.host = *host_names[0].get<std::string>();
  const ValueList& from = *vantages->get<ValueList>();
  for (const Value& vantage : from) {
    instance.standpoint.vantage = *vantage.get<std::string>();
    if (from.size() > 1) instance.id.item = (key.empty() ? "" : key + "@") + instance.standpoint.vantage;
    list.push_back(instance);
  }
  if (from.empty()) list.push_back(instance);
  return std::string();
}

}  // namespace

Result<Instances> instances_of(const Playbook& playbook, const StepSpec& step, const Scope& scope) {
  std::vector<Element> elements = {{"", Value()}};
  Instances instances;
  if (!step.for_each.is_null()) {
    auto collection = evaluate(step.for_each, scope);
    if (!collection) return tl::unexpected(collection.error());
    instances.waits_for = collection->waits_for();
    if (!instances.waits_for.empty()) return instances;
    auto expanded = elements_of(*collection);
    if (!expanded) return tl::unexpected(expanded.error());
    elements = std::move(*expanded);
  }
  for (const Element& element : elements) {
    auto waits_for = add_instances(playbook, step, element.key, element.item, scope, instances.list);
    if (!waits_for) return tl::unexpected(waits_for.error());
    if (waits_for->empty()) continue;
    instances.waits_for = std::move(*waits_for);
    instances.list.clear();
    return instances;
  }
  return instances;
}

ItemRequest request_for(const StepSpec& step, const StepType& type, const Instance& instance, Scope scope) {
  scope.item = &instance.item;
  ItemRequest request;
  request.id = instance.id;
  request.type = &type;
  request.with = &step.with;
  request.standpoint = instance.standpoint;
  request.stage = step.stage;
  request.point_of_no_return = step.rules.point_of_no_return;
  request.has_undo = !step.rules.undo.is_null();
  request.scope = scope;
  return request;
}

}  // namespace mxodus
