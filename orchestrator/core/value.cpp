#include "orchestrator/core/value.h"

#include <nlohmann/json.hpp>

namespace mxodus {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

const Value* Value::find(const std::string& key) const {
  const auto* map = get<ValueMap>();
  if (!map) return nullptr;
  auto found = map->find(key);
  return found == map->end() ? nullptr : &found->second;
}

std::string Value::waits_for() const {
  if (const auto* unknown = get<NotYetKnown>()) return unknown->step;
  if (const auto* list = get<ValueList>()) {
    for (const Value& item : *list)
      if (std::string step = item.waits_for(); !step.empty()) return step;
  }
  if (const auto* map = get<ValueMap>()) {
    for (const auto& [key, item] : *map)
      if (std::string step = item.waits_for(); !step.empty()) return step;
  }
  return {};
}

std::string kind_name(const Value& value) {
  return std::visit(
      Overloaded{[](std::monostate) { return "nothing"; }, [](bool) { return "boolean"; },
                 [](std::int64_t) { return "integer"; }, [](double) { return "number"; },
                 [](const std::string&) { return "text"; }, [](Size) { return "size"; },
                 [](Duration) { return "duration"; }, [](Ratio) { return "ratio"; },
                 [](Time) { return "time"; }, [](const SecretRef&) { return "secret"; },
                 [](const NotYetKnown&) { return "not yet known"; }, [](const ValueList&) { return "list"; },
                 [](const ValueMap&) { return "map"; }},
      value.storage());
}

std::string to_string(const Value& value) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string(); },
                 [](bool flag) { return std::string(flag ? "true" : "false"); },
                 [](std::int64_t number) { return std::to_string(number); },
                 [](double number) { return nlohmann::json(number).dump(); },
                 [](const std::string& text) { return text; }, [](Size size) { return to_string(size); },
                 [](Duration duration) { return to_string(duration); },
                 [](Ratio ratio) { return to_string(ratio); }, [](Time time) { return to_string(time); },
                 [](const SecretRef& secret) { return "secret " + secret.name; },
                 [](const NotYetKnown& unknown) { return "not yet known until " + unknown.step; },
                 [&](const auto&) {
                   return to_json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
                 }},
      value.storage());
}

std::string to_indented_json(const Value& value) {
  return to_json(value).dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json to_json(const Value& value) {
  using nlohmann::json;
  return std::visit(Overloaded{[](std::monostate) { return json(nullptr); },
                               [](Size size) {
                                 return json{{"$size", size.bytes}};
                               },
                               [](Duration duration) {
                                 return json{{"$duration", duration.value.count()}};
                               },
                               [](Ratio ratio) {
                                 return json{{"$ratio", ratio.value}};
                               },
                               [](Time time) {
                                 return json{{"$time", time.since_epoch.count()}};
                               },
                               [](const SecretRef& secret) {
                                 return json{{"$secret", secret.name}};
                               },
                               [](const NotYetKnown& unknown) {
                                 return json{{"$not_yet_known", unknown.step}};
                               },
                               [](const ValueList& list) {
                                 json array = json::array();
                                 for (const Value& item : list) array.push_back(to_json(item));
                                 return array;
                               },
                               [](const ValueMap& map) {
                                 json object = json::object();
                                 for (const auto& [key, item] : map) object[key] = to_json(item);
                                 return object;
                               },
                               [](const auto& plain) { return json(plain); }},
                    value.storage());
}

namespace {

/// A tagged quantity, or null where the object is an ordinary map.
Value tagged_from_json(const nlohmann::json& json) {
  const auto only = json.begin();
  const auto& tag = only.key();
  const auto& held = only.value();
  if (held.is_number_integer()) {
    const auto number = held.get<std::int64_t>();
    if (tag == "$size") return Size{number};
    if (tag == "$duration") return Duration{std::chrono::milliseconds(number)};
    if (tag == "$time") return Time{std::chrono::milliseconds(number)};
  }
  if (held.is_number() && tag == "$ratio") return Ratio{held.get<double>()};
  if (held.is_string() && tag == "$secret") return SecretRef{held.get<std::string>()};
  if (held.is_string() && tag == "$not_yet_known") return NotYetKnown{held.get<std::string>()};
  return {};
}

/// Nothing that is written as a Value is nested deeper (a playbook 64, an event 100 levels); what is, comes
/// from elsewhere and would take the stack.
constexpr int deepest = 128;

Value value_from_json(const nlohmann::json& json, int levels) {
  if (levels == 0) return {};
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) {
    ValueList list;
    for (const auto& item : json) list.push_back(value_from_json(item, levels - 1));
    return list;
  }
  if (json.is_object()) {
    if (json.size() == 1)
      if (Value tagged = tagged_from_json(json); !tagged.is_null()) return tagged;
    ValueMap map;
    for (const auto& [key, item] : json.items()) map.emplace(key, value_from_json(item, levels - 1));
    return map;
  }
  return {};
}

}  // namespace

Value value_from_json(const nlohmann::json& json) {
  return value_from_json(json, deepest);
}

}  // namespace mxodus
