#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/text.h"
#include "orchestrator/playbook/faults.h"
#include "orchestrator/playbook/node.h"
#include "orchestrator/playbook/scalar_type.h"

namespace mxodus {

/// Reads one map of a playbook key by key. What is missing or of the wrong kind goes to the faults, and
/// reading goes on with a default, so that one look finds everything.
class MapReader {
 public:
  /// `what` names the map in messages: "step restore". `known` are all keys it may have; any other is a fault
  /// with the nearest of them as suggestion. `fallback` is a map that is asked for keys this one does not
  /// have.
  MapReader(const Node& map, std::string what, const std::vector<std::string>& known, Faults& faults,
            const Node* fallback = nullptr);

  /// The value under `key`, or nullptr where there is none or nothing is written.
  const Node* find(std::string_view key) const;
  /// The same, and a fault where it is missing.
  const Node* require(std::string_view key, const std::string& hint);

  std::string text(std::string_view key);  ///< empty where it is missing
  std::optional<std::string> optional_text(std::string_view key);
  bool flag(std::string_view key);  ///< false where it is missing
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
  /// A quantity or another single value, as parse_typed reads it.
  std::optional<Value> typed(std::string_view key, ScalarType type,
                             const std::vector<std::string>& choices = {});
  template <class T>
  std::optional<T> quantity(std::string_view key, ScalarType type) {
    const std::optional<Value> value = typed(key, type);
    return value ? std::optional<T>(*value->get<T>()) : std::nullopt;
  }
  /// A list of texts; one text alone is a list of one.
  std::vector<std::string> texts(std::string_view key);

  const std::string& what() const { return what_; }
  Mark mark() const { return map_.mark(); }
  Faults& faults() { return faults_; }

 private:
  const Node* scalar(std::string_view key);

  const Node& map_;
  std::string what_;
  Faults& faults_;
  const Node* fallback_;
};

/// "unknown key": the sentence and the suggestion for a word that is none of `known`.
void add_unknown(Faults& faults, Mark mark, const std::string& code, const std::string& sentence,
                 std::string_view word, const std::vector<std::string>& known);

}  // namespace mxodus
