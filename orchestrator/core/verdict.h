#pragma once

#include <optional>
#include <string_view>

namespace mxodus {

/// What a look at the world says. "Could not ask" is unknown: never ok, never fail.
enum class Verdict { ok, warn, fail, unknown };

/// What running a step does to the world.
enum class Effect {
  observe,    ///< reads only
  change,     ///< changes, and has an undo
  permanent,  ///< cannot be undone, or the outside sees it
};

std::string_view to_string(Verdict verdict);
std::string_view to_string(Effect effect);
std::optional<Verdict> verdict_from_string(std::string_view text);
std::optional<Effect> effect_from_string(std::string_view text);

/// The worse of two: fail over unknown over warn over ok.
Verdict worse(Verdict a, Verdict b);

}  // namespace mxodus
