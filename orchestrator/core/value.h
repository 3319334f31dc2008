#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "orchestrator/core/quantity.h"

namespace mxodus {

class Value;
using ValueList = std::vector<Value>;
using ValueMap = std::map<std::string, Value>;

/// Stands for a secret by its name in the playbook; what it holds is never in a Value.
struct SecretRef {
  std::string name;
  auto operator<=>(const SecretRef&) const = default;
};

/// A result that a step still has to give. Whatever is computed from it is not yet known either.
struct NotYetKnown {
  std::string step;
  auto operator<=>(const NotYetKnown&) const = default;
};

/// The types a Value is made of. Named one by one: clang 14 cannot ask the variant while Value is incomplete.
template <class T>
concept ValueAlternative =
    std::same_as<T, bool> || std::same_as<T, std::int64_t> || std::same_as<T, double> ||
    std::same_as<T, std::string> || std::same_as<T, Size> || std::same_as<T, Duration> ||
    std::same_as<T, Ratio> || std::same_as<T, Time> || std::same_as<T, SecretRef> ||
    std::same_as<T, NotYetKnown> || std::same_as<T, ValueList> || std::same_as<T, ValueMap>;

/// What a playbook, a parameter or an output holds. Quantities keep their kind, so that a size never
/// meets a duration by accident.
class Value {
 public:
  using Storage = std::variant<std::monostate, bool, std::int64_t, double, std::string, Size, Duration, Ratio,
                               Time, SecretRef, NotYetKnown, ValueList, ValueMap>;

  Value() = default;
  template <ValueAlternative T>
  Value(T value)
      : storage_(std::in_place_type<T>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Value(int value) : storage_(std::int64_t{value}) {}         // NOLINT(google-explicit-constructor)
  Value(const char* text) : storage_(std::string(text)) {}    // NOLINT(google-explicit-constructor)

  const Storage& storage() const { return storage_; }
  bool is_null() const { return std::holds_alternative<std::monostate>(storage_); }

  template <class T>
  const T* get() const {
    return std::get_if<T>(&storage_);
  }
  template <class T>
  T* get() {
    return std::get_if<T>(&storage_);
  }

  /// The member of a map, or nullptr where this is no map or has none of that name.
  const Value* find(const std::string& key) const;

  /// The name of the first step whose result this value (at any depth) waits for; empty if it is known.
  std::string waits_for() const;

  bool operator==(const Value&) const = default;

 private:
  Storage storage_;
};

/// "text", "size", "map", …: the word that messages and docs use for what the value holds.
std::string kind_name(const Value& value);

/// As a person would write it: quantities with units, text bare, containers as compact JSON.
std::string to_string(const Value& value);

/// JSON with kinds kept: a quantity is {"$size": n}, {"$duration": ms}, {"$ratio": x}, {"$time": ms};
/// also {"$secret": name} and {"$not_yet_known": step}. Keys come out sorted, so equal values have equal
/// text.
nlohmann::json to_json(const Value& value);
/// As indented JSON for people and their tools; what is no UTF-8 becomes U+FFFD.
std::string to_indented_json(const Value& value);
/// The inverse of to_json. Foreign JSON (from an API) comes through as plain values.
Value value_from_json(const nlohmann::json& json);

}  // namespace mxodus
