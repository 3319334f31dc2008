#pragma once

#include <cstdint>
#include <string>

#include "orchestrator/core/value.h"

namespace mxodus {

/// The members of a finding's state or of a plan's data. These may come from a file: what is missing or of
/// another kind reads as nothing, and whoever needs it says so.
inline const Value& value_in(const Value& map, const std::string& key) {
  static const Value nothing;
  const Value* found = map.find(key);
  return found ? *found : nothing;
}

inline std::string text_in(const Value& map, const std::string& key) {
  const auto* text = value_in(map, key).get<std::string>();
  return text ? *text : std::string();
}

inline std::int64_t integer_in(const Value& map, const std::string& key) {
  const auto* number = value_in(map, key).get<std::int64_t>();
  return number ? *number : 0;
}

}  // namespace mxodus
