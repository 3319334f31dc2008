#include <nlohmann/json.hpp>

#include "orchestrator/step_api/reference.h"

namespace mxodus {
namespace {

using nlohmann::json;

const json expression = {{"type", "string"}, {"pattern", "\\$\\{"}};

json one_of(json plain) {
  return {{"anyOf", json::array({std::move(plain), expression})}};
}

json schema_of(ParamType type, const ParamSpec& spec) {
  switch (type) {
    case ParamType::integer:
      return one_of({{"type", "integer"}});
    case ParamType::boolean:
      return one_of({{"type", "boolean"}});
    case ParamType::enumeration:
      return one_of({{"enum", spec.choices}});
    case ParamType::duration:
      return {{"type", "string"}, {"examples", {"90s", "12h", "14d"}}};
    case ParamType::size:
      return {{"type", "string"}, {"examples", {"512MiB", "20GB"}}};
    case ParamType::ratio:
      return {{"type", "string"}, {"examples", {"5%", "1.3x"}}};
    case ParamType::time:
      return {{"type", "string"}, {"examples", {"2024-05-11T07:07+02:00"}}};
    case ParamType::path:
      return one_of({{"type", "string"}, {"pattern", "^/"}});
    case ParamType::place:
      return one_of({{"type", "object"},
                     {"properties", {{"host", {{"type", "string"}}}, {"path", {{"type", "string"}}}}},
                     {"required", {"host", "path"}},
                     {"additionalProperties", false}});
    case ParamType::command:
      return {{"type", "object"},
              {"properties", {{"argv", {{"type", "array"}}}, {"script", {{"type", "string"}}}}},
              {"minProperties", 1},
              {"maxProperties", 1},
              {"additionalProperties", false}};
    case ParamType::step:
      return {{"type", "object"}, {"required", {"uses"}}};
    case ParamType::map:
      return one_of({{"type", "object"}, {"additionalProperties", schema_of(spec.element, spec)}});
    case ParamType::any:
      return json(true);
    case ParamType::text:
      return {{"type", {"string", "number", "boolean"}}};
    default:
      return {{"type", "string"}};
  }
}

json schema_of(const ParamSpec& spec) {
  json one = schema_of(spec.type, spec);
  json schema =
      spec.list ? json{{"anyOf", json::array({json{{"type", "array"}, {"items", one}}, one})}} : one;
  if (schema.is_object()) schema["description"] = spec.doc;
  return schema;
}

json schema_of(const StepDeclaration& type) {
  json properties = json::object();
  json required = json::array();
  for (const ParamSpec& spec : type.params) {
    properties[spec.name] = schema_of(spec);
    if (spec.required) required.push_back(spec.name);
  }
  json with = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  json then = {{"properties", {{"with", with}}}};
  if (!required.empty()) {
    then["properties"]["with"]["required"] = required;
    then["required"] = {"with"};
  }
  return {{"if", {{"properties", {{"uses", {{"const", type.name}}}}}}}, {"then", then}};
}

/// The keys of a step that every type has; docs/playbook.md says what they mean.
json step_keys(const json& names) {
  const json text = {{"type", "string"}};
  const json rule = {
      {"anyOf", {{{"enum", {"hold", "continue", "warn", "undo"}}}, {{"type", "array"}, {"items", text}}}}};
  return {{"uses", {{"enum", names}}},
          {"host", text},
          {"from", {{"anyOf", {text, {{"type", "array"}, {"items", text}}}}}},
          {"needs", {{"anyOf", {text, {{"type", "array"}, {"items", text}}}}}},
          {"if", {{"type", {"string", "boolean"}}}},
          {"with", {{"type", "object"}}},
          {"for_each", true},
          {"parallel", {{"type", "integer"}, {"minimum", 1}}},
          {"stop_after", text},
          {"timeout", text},
          {"on_timeout", {{"enum", {"park", "cancel"}}}},
          {"deadline", text},
          {"retry", {{"type", {"object", "integer"}}}},
          {"every", text},
          {"until", text},
          {"undo", true},
          {"on_fail", rule},
          {"on_unknown", {{"enum", {"hold", "warn"}}}},
          {"fresh_for", text},
          {"window", true},
          {"stage", text},
          {"notify", true},
          {"breach", true},
          {"point_of_no_return", {{"type", "boolean"}}}};
}

}  // namespace

json playbook_schema(const Catalog& catalog) {
  json names = json::array();
  json by_type = json::array();
  for (const StepType* type : catalog.all()) {
    names.push_back(type->declaration().name);
    by_type.push_back(schema_of(type->declaration()));
  }
  const json step = {{"type", "object"},
                     {"properties", step_keys(names)},
                     {"required", {"uses"}},
                     {"additionalProperties", false},
                     {"allOf", by_type}};
  const json steps = {{"type", "object"},
                      {"propertyNames", {{"pattern", "^[a-z][a-z0-9_]*$"}}},
                      {"additionalProperties", step}};
  json properties = {{"mxodus", {{"const", 1}}},
                     {"name", {{"type", "string"}}},
                     {"description", {{"type", "string"}}},
                     {"steps", steps}};
  for (const char* section :
       {"inputs", "secrets", "hosts", "repositories", "dns", "resolver", "accounts", "defaults", "notify"})
    properties[section] = {{"type", "object"}};
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", "mxodus playbook"},
          {"type", "object"},
          {"properties", properties},
          {"required", {"mxodus", "name", "steps"}},
          {"additionalProperties", false}};
}

}  // namespace mxodus
