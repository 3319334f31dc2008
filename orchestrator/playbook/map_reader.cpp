#include "orchestrator/playbook/map_reader.h"

#include <algorithm>

#include "orchestrator/core/text.h"

namespace mxodus {

void add_unknown(Faults& faults, Mark mark, const std::string& code, const std::string& sentence,
                 std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  std::string hint;
  if (!near.empty()) {
    hint = "did you mean \"" + near + "\"?";
  } else if (known.empty()) {
    hint = "there is none at all";
  } else if (known.size() > 1 && known.size() <= 40) {
    hint = "there is: " + join(known, " ");
  }
  faults.add(mark, code, sentence, std::move(hint));
}

MapReader::MapReader(const Node& map, std::string what, const std::vector<std::string>& known, Faults& faults,
                     const Node* fallback)
    : map_(map), what_(std::move(what)), faults_(faults), fallback_(fallback) {
  if (!map.is_map() && !map.is_null())
    faults.add(map.mark(), "playbook.not-a-map",
               what_ + " is a map of keys, and this is " + std::string(map.is_list() ? "a list" : "a text"));
  for (const Node::Entry& entry : map.entries()) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    if (entry.key == "<<") {
      faults.add(entry.key_mark, "playbook.merge-key", "\"<<\" merges nothing: YAML 1.2 has no merge keys",
                 "write the keys out, or put them under defaults");
      continue;
    }
    add_unknown(faults, entry.key_mark, "playbook.unknown-key",
                what_ + " has no key \"" + printable_line(entry.key, 60) + "\"", entry.key, known);
  }
}

const Node* MapReader::find(std::string_view key) const {
  const Node* found = map_.find(key);
  if (!found && fallback_) found = fallback_->find(key);
  return found && !found->is_null() ? found : nullptr;
}

const Node* MapReader::require(std::string_view key, const std::string& hint) {
  const Node* found = find(key);
  const bool told_already = !map_.is_map() && !map_.is_null();
  if (!found && !told_already)
    faults_.add(map_.mark(), "playbook.missing-key", what_ + " has no \"" + std::string(key) + "\"", hint);
  return found;
}

const Node* MapReader::scalar(std::string_view key) {
  const Node* found = find(key);
  if (!found || found->is_scalar()) return found;
  faults_.add(found->mark(), "playbook.not-a-text",
              "\"" + std::string(key) + "\" of " + what_ + " is one value, and this is a " +
                  std::string(found->kind_name()));
  return nullptr;
}

std::optional<std::string> MapReader::optional_text(std::string_view key) {
  const Node* found = scalar(key);
  return found ? std::optional(found->text()) : std::nullopt;
}

std::string MapReader::text(std::string_view key) {
  return optional_text(key).value_or("");
}

std::optional<Value> MapReader::typed(std::string_view key, ScalarType type,
                                      const std::vector<std::string>& choices) {
  const Node* found = scalar(key);
  if (!found) return std::nullopt;
  Result<Value> value = parse_typed(type, found->text(), choices);
  if (value) return *std::move(value);
  Error error = std::move(value.error());
  error.message = "\"" + std::string(key) + "\" of " + what_ + ": " + error.message;
  faults_.add(found->mark(), std::move(error));
  return std::nullopt;
}

bool MapReader::flag(std::string_view key) {
  const std::optional<Value> value = typed(key, ScalarType::boolean);
  return value && *value->get<bool>();
}

std::optional<std::int64_t> MapReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const std::optional<Value> value = typed(key, ScalarType::integer);
  if (!value) return std::nullopt;
  const std::int64_t number = *value->get<std::int64_t>();
  if (number >= least && number <= most) return number;
  faults_.add(find(key)->mark(), "playbook.out-of-range",
              "\"" + std::string(key) + "\" of " + what_ + " is between " + std::to_string(least) + " and " +
                  std::to_string(most) + ", and this is " + std::to_string(number));
  return std::nullopt;
}

std::vector<std::string> MapReader::texts(std::string_view key) {
  const Node* found = find(key);
  if (!found) return {};
  if (found->is_scalar()) return {found->text()};
  std::vector<std::string> all;
  bool only_texts = found->is_list();
  for (const Node& item : found->items()) {
    only_texts = only_texts && item.is_scalar();
    all.push_back(item.text());
  }
  if (!only_texts)
    faults_.add(found->mark(), "playbook.not-a-list",
                "\"" + std::string(key) + "\" of " + what_ + " is a list of texts", "write [one, two]");
  return all;
}

}  // namespace mxodus
