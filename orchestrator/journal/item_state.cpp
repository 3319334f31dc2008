#include "orchestrator/journal/item_state.h"

#include <algorithm>
#include <array>

namespace mxodus {
namespace {

constexpr std::array<std::string_view, 13> state_names = {
    "pending", "blocked", "running",   "reconnecting", "waiting",  "gate",  "in_doubt",
    "done",    "failed",  "cancelled", "skipped",      "accepted", "undone"};

}  // namespace

std::string_view to_string(ItemState state) {
  return state_names[static_cast<std::size_t>(state)];
}

std::optional<ItemState> item_state_from_string(std::string_view text) {
  const auto* found = std::find(state_names.begin(), state_names.end(), text);
  if (found == state_names.end()) return std::nullopt;
  return static_cast<ItemState>(found - state_names.begin());
}

bool has_ended(ItemState state) {
  return state >= ItemState::done;
}

bool satisfies_edge(ItemState state) {
  return state == ItemState::done || state == ItemState::accepted;
}

}  // namespace mxodus
