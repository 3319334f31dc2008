#include "orchestrator/playbook/scalar_type.h"

#include <algorithm>
#include <array>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

struct TypeWord {
  ScalarType type;
  std::string_view word;
};
constexpr std::array<TypeWord, 11> type_words = {{{ScalarType::text, "text"},
                                                  {ScalarType::integer, "integer"},
                                                  {ScalarType::boolean, "boolean"},
                                                  {ScalarType::enumeration, "enum"},
                                                  {ScalarType::duration, "duration"},
                                                  {ScalarType::size, "size"},
                                                  {ScalarType::ratio, "ratio"},
                                                  {ScalarType::time, "time"},
                                                  {ScalarType::path, "path"},
                                                  {ScalarType::address, "address"},
                                                  {ScalarType::hostname, "hostname"}}};

tl::unexpected<Error> not_a(ScalarType type, std::string_view seen, std::string hint) {
  const std::string word(to_string(type));
  const bool vowel = word[0] == 'a' || word[0] == 'e' || word[0] == 'i';
  return fail(ErrorKind::invalid, "type." + word,
              "\"" + printable_line(seen, 80) + "\" is not " + (vowel ? "an " : "a ") + word,
              std::move(hint));
}

Result<Value> read_address(std::string_view text) {
  if (auto address = canonical_address(text)) return Value(std::move(*address));
  return not_a(ScalarType::address, text, "write it as 192.0.2.10 or 2001:db8::10");
}

Result<Value> read_hostname(std::string_view text) {
  if (auto name = canonical_hostname(text)) return Value(std::move(*name));
  const bool foreign = std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
  return not_a(ScalarType::hostname, text,
               foreign ? "write the form that begins with xn--" : "write it as mail.example.org");
}

Result<Value> read_path(std::string_view text) {
  if (!text.starts_with('/') || text.find('\n') != std::string_view::npos)
    return not_a(ScalarType::path, text, "write it from the root: /srv/mail");
  return Value(std::string(text));
}

template <class T>
Result<Value> quantity(Result<T> parsed, ScalarType type) {
  if (parsed) return Value(*parsed);
  parsed.error().code = "type." + std::string(to_string(type));
  return tl::unexpected(std::move(parsed.error()));
}

Result<Value> read_choice(std::string_view text, const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return Value(std::string(text));
  const std::string near = nearest(text, choices);
  return fail(ErrorKind::invalid, "type.enum",
              "\"" + printable_line(text, 80) + "\" is " + (choices.size() == 1 ? "not " : "none of ") +
                  join(choices, ", "),
              near.empty() ? "" : "did you mean " + near + "?");
}

}  // namespace

std::string_view to_string(ScalarType type) {
  return std::find_if(type_words.begin(), type_words.end(),
                      [&](const TypeWord& it) { return it.type == type; })
      ->word;
}

std::optional<ScalarType> scalar_type_from_string(std::string_view word) {
  for (const TypeWord& known : type_words)
    if (known.word == word) return known.type;
  return std::nullopt;
}

const std::vector<std::string>& scalar_type_words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all;
    for (const TypeWord& known : type_words) all.emplace_back(known.word);
    return all;
  }();
  return words;
}

Result<Value> parse_typed(ScalarType type, std::string_view text, const std::vector<std::string>& choices) {
  const Value core = scalar_value(Node::scalar(std::string(text), Node::Style::plain));
  switch (type) {
    case ScalarType::text:
      return Value(std::string(text));
    case ScalarType::integer:
      if (core.get<std::int64_t>()) return core;
      return not_a(type, text, "write it in digits: 25");
    case ScalarType::boolean:
      if (core.get<bool>()) return core;
      return not_a(type, text, "write true or false");
    case ScalarType::enumeration:
      return read_choice(text, choices);
    case ScalarType::duration:
      return quantity(parse_duration(text), type);
    case ScalarType::size:
      return quantity(parse_size(text), type);
    case ScalarType::ratio:
      return quantity(parse_ratio(text), type);
    case ScalarType::time:
      return quantity(parse_time(text), type);
    case ScalarType::path:
      return read_path(text);
    case ScalarType::address:
      return read_address(text);
    case ScalarType::hostname:
      return read_hostname(text);
  }
  return not_a(type, text, "");
}

namespace {

/// A value that is of the type already.
bool is_of(ScalarType type, const Value& value) {
  switch (type) {
    case ScalarType::integer:
      return value.get<std::int64_t>() != nullptr;
    case ScalarType::boolean:
      return value.get<bool>() != nullptr;
    case ScalarType::duration:
      return value.get<Duration>() != nullptr;
    case ScalarType::size:
      return value.get<Size>() != nullptr;
    case ScalarType::ratio:
      return value.get<Ratio>() != nullptr;
    case ScalarType::time:
      return value.get<Time>() != nullptr;
    default:
      return false;
  }
}

}  // namespace

Result<Value> convert_typed(ScalarType type, const Value& value, const std::vector<std::string>& choices) {
  if (value.get<NotYetKnown>() || is_of(type, value)) return value;
  if (const auto* text = value.get<std::string>()) return parse_typed(type, *text, choices);
  const bool becomes_text = type == ScalarType::text || type == ScalarType::enumeration;
  const bool has_text =
      !value.is_null() && !value.get<ValueList>() && !value.get<ValueMap>() && !value.get<SecretRef>();
  if (has_text && (becomes_text || value.get<std::int64_t>() || value.get<double>()))
    return parse_typed(type, to_string(value), choices);
  const std::string word(to_string(type));
  return fail(ErrorKind::invalid, "type." + word,
              "a " + kind_name(value) + " stands where a " + word + " is due",
              value.get<ValueList>() ? "write one value, not a list" : "");
}

}  // namespace mxodus
