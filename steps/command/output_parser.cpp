#include "steps/command/output_parser.h"

#include <charconv>
#include <regex>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_line = 2000;  ///< std::regex recurses over what it reads

Result<std::regex> compiled(const std::string& pattern) {
  try {
    return std::regex(pattern);
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

Result<Value> from_json(const std::string& path, std::string_view output) {
  const auto json = nlohmann::json::parse(output, nullptr, false);
  if (json.is_discarded())
    return fail(ErrorKind::no_answer, "command.json", "the output is no JSON: " + printable_line(output, 80));
  const nlohmann::json* at = &json;
  for (const std::string& name : split(path, '.')) {
    if (name.empty()) continue;
    at = member(*at, name);
    if (!at) return fail(ErrorKind::not_found, "command.json", "the output has no " + path);
  }
  return value_from_json(*at);
}

Result<Value> from_regex(const std::string& pattern, std::string_view output) {
  auto regex = compiled(pattern);
  if (!regex) return tl::unexpected(regex.error());
  for (const std::string& line : split(output, '\n')) {
    std::smatch match;
    const std::string head = line.substr(0, longest_line);
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

Result<Value> parse_output(const Value& spec, std::string_view output) {
  if (spec.find("json")) return from_json(text_in(spec, "json"), output);
  if (spec.find("regex")) return from_regex(text_in(spec, "regex"), output);
  if (spec.find("lines")) return lines_of(output);
  return Value(printable(trim(output)));
}

}  // namespace mxodus
