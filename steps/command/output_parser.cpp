#include "steps/command/output_parser.h"

#include <charconv>
#include <regex>

#include <nlohmann/json.hpp>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/nesting.h"
#include "orchestrator/core/text.h"
#include "steps/command/pattern.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_matched = 512;  ///< the time for a line grows with its square
constexpr int deepest_value = 32;             ///< JSON in JSON; each level is a call
constexpr int deepest_parsed = 256;           ///< of which a path may name what is further down

/// Patterns come from playbooks, lines from hosts: no pair of them may take hours. So all branches are
/// followed at once, the time for which is bounded, and not one after the other.
Result<std::regex> compiled(const std::string& pattern) {
  if (auto bounded = check_pattern(pattern); !bounded) return tl::unexpected(bounded.error());
  try {
    return std::regex(pattern, std::regex::ECMAScript | std::regex_constants::__polynomial);
  } catch (const std::regex_error&) {
    return fail(ErrorKind::invalid, "command.regex",
                "\"" + printable_line(pattern) + "\" is no regular expression (ECMAScript)");
  }
}

const nlohmann::json* member(const nlohmann::json& json, const std::string& name) {
  if (json.is_object()) {
    const auto found = json.find(name);
    return found == json.end() ? nullptr : &*found;
  }
  std::size_t index = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), index);
  const bool number = parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size();
  return json.is_array() && number && index < json.size() ? &json[index] : nullptr;
}

tl::unexpected<Error> unusable(const std::string& what) {
  return fail(ErrorKind::no_answer, "command.json", "the output cannot be used: " + what);
}

/// What a host's JSON is to expressions. Not value_from_json(): the words of a host must not become one of
/// the tagged values that mxodus writes for itself, such as a secret.
Result<Value> value_of(const nlohmann::json& json, int depth) {
  if (depth > deepest_value)
    return unusable("it is more than " + std::to_string(deepest_value) + " levels deep");
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) return Value(json.get<double>());
  if (json.is_primitive()) return value_from_json(json);
  ValueList list;
  ValueMap map;
  for (const auto& [key, item] : json.items()) {
    if (json.is_object() && json.size() == 1 && key.starts_with('$'))
      return unusable("the key " + printable_line(key, 40) + " means something to mxodus itself");
    auto value = value_of(item, depth + 1);
    if (!value) return value;
    if (json.is_object()) {
      map.emplace(key, std::move(*value));
    } else {
      list.push_back(std::move(*value));
    }
  }
  return json.is_object() ? Value(std::move(map)) : Value(std::move(list));
}

Result<Value> from_json(const std::string& path, std::string_view output) {
  if (nested_deeper_than(output, deepest_parsed))
    return unusable("it is more than " + std::to_string(deepest_parsed) + " levels deep");
  const auto json = nlohmann::json::parse(output, nullptr, false);
  if (json.is_discarded())
    return fail(ErrorKind::no_answer, "command.json", "the output is no JSON: " + printable_line(output, 80));
  const nlohmann::json* at = &json;
  for (const std::string& name : split(path, '.')) {
    if (name.empty()) continue;
    at = member(*at, name);
    if (!at) return fail(ErrorKind::not_found, "command.json", "the output has no " + path);
  }
  return value_of(*at, 0);
}

Result<Value> from_regex(const std::string& pattern, std::string_view output, const Deadline& deadline) {
  auto regex = compiled(pattern);
  if (!regex) return tl::unexpected(regex.error());
  for (const std::string& line : split(output, '\n')) {
    if (deadline.passed())
      return fail(ErrorKind::no_answer, "command.regex",
                  "to look for " + printable_line(pattern) + " in the output takes too long");
    std::smatch match;
    const std::string head = line.substr(0, longest_matched);
    if (std::regex_search(head, match, *regex))
      return Value(match.size() > 1 ? match[1].str() : match[0].str());
  }
  return fail(ErrorKind::not_found, "command.regex",
              "no line of the output matches " + printable_line(pattern));
}

Value lines_of(std::string_view output) {
  ValueList lines;
  for (const std::string& line : split(output, '\n'))
    if (!trim(line).empty()) lines.emplace_back(printable(line));
  return lines;
}

}  // namespace

Result<void> check_output_parser(const Value& spec) {
  const auto* map = spec.get<ValueMap>();
  const bool one = map && map->size() == 1;
  const std::string how = one ? map->begin()->first : "";
  const Value& what = one ? map->begin()->second : spec;
  if ((how == "text" || how == "lines") && what == Value(true)) return {};
  if (how == "json" && what.get<std::string>()) return {};
  if (how == "regex" && what.get<std::string>()) {
    if (auto regex = compiled(*what.get<std::string>()); !regex) return tl::unexpected(regex.error());
    return {};
  }
  return fail(ErrorKind::invalid, "command.output", "an output is not told how to be read",
              "write {json: \"a.b\"}, {regex: \"…\"}, {text: true} or {lines: true}");
}

Result<Value> parse_output(const Value& spec, std::string_view output, std::chrono::milliseconds patience) {
  if (spec.find("json")) return from_json(text_in(spec, "json"), output);
  if (spec.find("regex")) return from_regex(text_in(spec, "regex"), output, Deadline(patience));
  if (spec.find("lines")) return lines_of(output);
  return Value(printable(trim(output)));
}

}  // namespace mxodus
