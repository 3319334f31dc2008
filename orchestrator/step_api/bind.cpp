#include <algorithm>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"
#include "orchestrator/step_api/params.h"

namespace mxodus {
namespace {

const char* word(ParamType type) {
  switch (type) {
    case ParamType::text:
      return "text";
    case ParamType::integer:
      return "integer";
    case ParamType::boolean:
      return "boolean";
    case ParamType::enumeration:
      return "enumeration";
    case ParamType::duration:
      return "duration";
    case ParamType::size:
      return "size";
    case ParamType::ratio:
      return "ratio";
    case ParamType::time:
      return "time";
    case ParamType::path:
      return "path";
    case ParamType::address:
      return "address";
    case ParamType::hostname:
      return "hostname";
    case ParamType::host:
      return "host";
    case ParamType::place:
      return "place";
    case ParamType::account:
      return "account";
    case ParamType::zone:
      return "zone";
    case ParamType::repository:
      return "repository";
    case ParamType::secret:
      return "secret";
    case ParamType::command:
      return "command";
    case ParamType::step:
      return "step";
    case ParamType::map:
      return "map";
    case ParamType::any:
      return "any value";
  }
  return "any value";
}

tl::unexpected<Error> mismatch(const ParamSpec& spec, const Value& seen, const std::string& hint = {}) {
  return fail(ErrorKind::invalid, "params.type",
              "`" + spec.name + "` is to be " + type_text(spec) + ", but holds " + kind_name(seen) + " \"" +
                  printable_line(to_string(seen), 60) + "\"",
              hint);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& choices) {
  const std::string near = nearest(word, choices);
  return near.empty() ? near : "did you mean `" + near + "`?";
}

/// A quantity as it is, or parsed from text.
template <class T>
Result<Value> quantity(const ParamSpec& spec, const Value& value, Result<T> (*parse)(std::string_view)) {
  if (value.get<T>()) return value;
  const auto* text = value.get<std::string>();
  if (!text) {
    const bool bare = value.get<std::int64_t>() || value.get<double>();
    return mismatch(spec, value, bare ? "a number alone says no unit" : "");
  }
  auto parsed = parse(*text);
  if (!parsed) return mismatch(spec, value, parsed.error().hint);
  return Value(*parsed);
}

Result<Value> bind_text(ParamType type, const ParamSpec& spec, const Value& value) {
  const auto* text = value.get<std::string>();
  if (!text) {
    // A text such as a phone number or a version may have come out of YAML as a number.
    const bool scalar = value.get<std::int64_t>() || value.get<double>() || value.get<Time>();
    if (type == ParamType::text && scalar) return Value(to_string(value));
    return mismatch(spec, value);
  }
  if (type == ParamType::path && (text->empty() || text->front() != '/'))
    return mismatch(spec, value, "begin it with /");
  if (type == ParamType::enumeration &&
      std::find(spec.choices.begin(), spec.choices.end(), *text) == spec.choices.end())
    return mismatch(spec, value, did_you_mean(*text, spec.choices));
  if (type == ParamType::address) {
    if (auto address = canonical_address(*text)) return Value(std::move(*address));
    return mismatch(spec, value, "write it as 192.0.2.1 or 2001:db8::1");
  }
  if (type == ParamType::hostname) {
    if (auto name = canonical_hostname(*text)) return Value(std::move(*name));
    return mismatch(spec, value, "write it as mail.example.org; names beyond ASCII in the form xn--…");
  }
  return value;
}

Result<Value> bind_place(const ParamSpec& spec, const Value& value) {
  const auto* map = value.get<ValueMap>();
  const bool complete = map && map->size() == 2 && map->contains("host") && map->contains("path");
  if (!complete) return mismatch(spec, value, "write {host: NAME, path: /…}");
  ParamSpec part{spec.name + ".path", ParamType::path};
  if (auto path = bind_value(ParamType::path, part, map->at("path")); !path) return path;
  return value;
}

Result<Value> bind_command(const ParamSpec& spec, const Value& value) {
  const auto* map = value.get<ValueMap>();
  if (map && map->size() == 1 && (map->contains("argv") || map->contains("script"))) return value;
  return mismatch(spec, value, "write {argv: [word, word]} or {script: …}");
}

Result<Value> bind_map(const ParamSpec& spec, const Value& value) {
  const auto* map = value.get<ValueMap>();
  if (!map) return mismatch(spec, value);
  ValueMap bound;
  for (const auto& [key, item] : *map) {
    ParamSpec part{spec.name + "." + key, spec.element};
    auto one = bind_value(spec.element, part, item);
    if (!one) return one;
    bound.emplace(key, std::move(*one));
  }
  return Value(std::move(bound));
}

}  // namespace

std::string type_text(const ParamSpec& spec) {
  std::string text =
      spec.type == ParamType::enumeration ? "one of " + join(spec.choices, ", ") : word(spec.type);
  if (spec.type == ParamType::map) text += std::string(" of ") + word(spec.element);
  return spec.list ? "list of " + text : text;
}

Result<Value> bind_value(ParamType type, const ParamSpec& spec, const Value& value) {
  // Checked when it becomes known: the value is bound again before the step begins.
  if (!value.waits_for().empty()) return value;
  switch (type) {
    case ParamType::duration:
      return quantity<Duration>(spec, value, parse_duration);
    case ParamType::size:
      return quantity<Size>(spec, value, parse_size);
    case ParamType::ratio:
      return quantity<Ratio>(spec, value, parse_ratio);
    case ParamType::time:
      return quantity<Time>(spec, value, parse_time);
    case ParamType::integer:
      return value.get<std::int64_t>() ? Result<Value>(value) : mismatch(spec, value);
    case ParamType::boolean:
      return value.get<bool>() ? Result<Value>(value) : mismatch(spec, value, "write true or false");
    case ParamType::secret:
      return value.get<SecretRef>()
                 ? Result<Value>(value)
                 : mismatch(spec, Value("what is written there"), "refer to it as ${secrets.NAME}");
    case ParamType::place:
      return bind_place(spec, value);
    case ParamType::map:
      return bind_map(spec, value);
    case ParamType::command:
      return bind_command(spec, value);
    case ParamType::step:
      return value.get<ValueMap>() ? Result<Value>(value) : mismatch(spec, value);
    case ParamType::any:
      return value;
    default:
      return bind_text(type, spec, value);
  }
}

Result<Value> bind_param(const ParamSpec& spec, const Value& written) {
  const Value& value = written.is_null() ? spec.fallback : written;
  if (value.is_null()) return Value();
  if (!spec.list || value.get<NotYetKnown>()) return bind_value(spec.type, spec, value);
  const auto* list = value.get<ValueList>();
  const ValueList alone = {value};
  ValueList bound;
  for (const Value& item : list ? *list : alone) {
    auto one = bind_value(spec.type, spec, item);
    if (!one) return one;
    bound.push_back(std::move(*one));
  }
  if (spec.required && bound.empty())
    return fail(ErrorKind::invalid, "params.empty",
                "`" + spec.name + "` is an empty list, so that there would be nothing to do",
                std::string("write at least one ") + word(spec.type));
  return Value(std::move(bound));
}

const ParamSpec* find_param(const StepDeclaration& declaration, std::string_view name) {
  const auto found = std::find_if(declaration.params.begin(), declaration.params.end(),
                                  [&](const ParamSpec& spec) { return spec.name == name; });
  return found == declaration.params.end() ? nullptr : &*found;
}

Error missing_param(const StepDeclaration& declaration, const ParamSpec& spec) {
  return {ErrorKind::invalid, "params.missing", declaration.name + " needs `" + spec.name + "`: " + spec.doc};
}

Error unknown_param(const StepDeclaration& declaration, const std::string& name) {
  std::vector<std::string> names;
  for (const ParamSpec& spec : declaration.params) names.push_back(spec.name);
  Error unknown{ErrorKind::invalid, "params.unknown", declaration.name + " has no parameter `" + name + "`"};
  unknown.hint = did_you_mean(name, names);
  return unknown;
}

BoundParams bind_params(const StepDeclaration& declaration, const ValueMap& with) {
  BoundParams result;
  ValueMap bound;
  for (const ParamSpec& spec : declaration.params) {
    const auto written = with.find(spec.name);
    auto one = bind_param(spec, written == with.end() ? Value() : written->second);
    if (!one) {
      result.faults.push_back(one.error());
    } else if (!one->is_null()) {
      bound.emplace(spec.name, std::move(*one));
    } else if (spec.required) {
      result.faults.push_back(missing_param(declaration, spec));
    }
  }
  for (const auto& [name, value] : with) {
    if (!find_param(declaration, name)) result.faults.push_back(unknown_param(declaration, name));
  }
  result.params = Params(std::move(bound));
  return result;
}

}  // namespace mxodus
