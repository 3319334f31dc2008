#include "steps/dns/providers/json.h"

#include <algorithm>
#include <limits>
#include <vector>

#include <nlohmann/json.hpp>

#include "orchestrator/core/nesting.h"
#include "orchestrator/core/text.h"

namespace mxodus::dns {
namespace {

using nlohmann::json;

constexpr int kDeepest = 32;
constexpr std::size_t kTextsShown = 12;
constexpr std::size_t kShown = 300;  // bytes of an error body

const json* member(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

/// Keys that say nothing beside what stands under them.
bool is_general(const std::string& key) {
  static const std::vector<std::string> words = {"message", "error",  "errors",   "detail", "details",
                                                 "cause",   "reason", "messages", "code",   "description"};
  return std::find(words.begin(), words.end(), key) != words.end();
}

void collect(const json& value, const std::string& label, std::vector<std::string>& texts) {
  if (texts.size() >= kTextsShown) return;
  const std::string before = label.empty() ? "" : label + ": ";
  if (value.is_string() && !value.get_ref<const std::string&>().empty())
    texts.push_back(before + value.get<std::string>());
  if (value.is_number()) texts.push_back(before + value.dump());
  if (value.is_array())
    for (const json& item : value) collect(item, label, texts);
  if (value.is_object())
    for (const auto& [key, item] : value.items()) collect(item, is_general(key) ? label : key, texts);
}

}  // namespace

std::optional<json> parse_json(const std::string& body) {
  if (nested_deeper_than(body, kDeepest)) return std::nullopt;
  json parsed = json::parse(body, nullptr, false);
  if (parsed.is_discarded()) return std::nullopt;
  return parsed;
}

std::optional<std::string> as_body(const json& made) {
  try {
    return made.dump();
  } catch (const json::type_error&) {
    return std::nullopt;
  }
}

std::string text_at(const json& object, const char* key) {
  const json* found = member(object, key);
  return found && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::uint32_t> number_at(const json& object, const char* key) {
  const json* found = member(object, key);
  if (!found || !found->is_number_unsigned()) return std::nullopt;
  const auto number = found->get<std::uint64_t>();
  if (number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

const json* list_at(const json& object, const char* key) {
  const json* found = member(object, key);
  return found && found->is_array() ? found : nullptr;
}

const json* object_at(const json& object, const char* key) {
  const json* found = member(object, key);
  return found && found->is_object() ? found : nullptr;
}

bool flag_at(const json& object, const char* key) {
  const json* found = member(object, key);
  return found && found->is_boolean() && found->get<bool>();
}

std::string id_at(const json& object, const char* key) {
  const json* found = member(object, key);
  if (!found) return "";
  const std::string id = found->is_number_unsigned() ? found->dump() : text_at(object, key);
  const bool safe = std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
  return safe && id.size() <= 64 ? id : "";
}

std::string said_in(const std::string& body) {
  std::vector<std::string> texts;
  if (const auto parsed = parse_json(body); parsed && parsed->is_structured()) collect(*parsed, "", texts);
  const std::string text = printable_line(texts.empty() ? trim(body) : join(texts, "; "), kShown);
  return text.empty() ? "nothing" : text;
}

}  // namespace mxodus::dns
