#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace mxodus {

// The names of the enumerations of plan.h, finding.h and gate.h in plan files and --json, in their order. A
// contract: add, never rename.
inline constexpr std::array<std::string_view, 8> action_names = {"none", "observe",  "change",  "ask",
                                                                 "wait", "deferred", "blocked", "skipped"};
inline constexpr std::array<std::string_view, 4> sureness_names = {"probed", "static", "not yet known",
                                                                   "opaque"};
inline constexpr std::array<std::string_view, 5> plan_action_names = {"none", "observe", "change", "ask",
                                                                      "wait"};
inline constexpr std::array<std::string_view, 5> gate_kind_names = {"approve", "choose", "answer",
                                                                    "checklist", "task"};

/// The enumerator of that name, or the first one where a file of another version has a name that is not known
/// here.
template <class Enum, std::size_t N>
Enum enum_from_name(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto* found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? Enum{} : static_cast<Enum>(found - names.begin());
}

}  // namespace mxodus
