#include "orchestrator/core/verdict.h"

#include <algorithm>
#include <array>

namespace mxodus {
namespace {

constexpr std::array<std::string_view, 4> verdict_names = {"ok", "warn", "fail", "unknown"};
constexpr std::array<std::string_view, 3> effect_names = {"observe", "change", "permanent"};

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto* found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

int badness(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return 0;
    case Verdict::warn:
      return 1;
    case Verdict::unknown:
      return 2;
    case Verdict::fail:
      return 3;
  }
  return 3;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  return verdict_names[static_cast<std::size_t>(verdict)];
}
std::string_view to_string(Effect effect) {
  return effect_names[static_cast<std::size_t>(effect)];
}
std::optional<Verdict> verdict_from_string(std::string_view text) {
  return find_name<Verdict>(verdict_names, text);
}
std::optional<Effect> effect_from_string(std::string_view text) {
  return find_name<Effect>(effect_names, text);
}
Verdict worse(Verdict a, Verdict b) {
  return badness(a) >= badness(b) ? a : b;
}

}  // namespace mxodus
