#pragma once

#include <optional>
#include <string_view>

namespace mxodus {

/// Where a step or item stands. The names are part of the journal format: never renamed, never reused.
enum class ItemState {
  pending,       ///< nothing has happened yet
  blocked,       ///< something it needs did not end well
  running,       ///< an attempt is under way
  reconnecting,  ///< its host is out of sight; its job goes on there
  waiting,       ///< for a time or a condition; looked at again later
  gate,          ///< for a human decision
  in_doubt,      ///< an attempt was begun and nobody knows its end
  done,
  failed,
  cancelled,
  skipped,
  accepted,  ///< the operator goes on in spite of its verdict
  undone,
};

std::string_view to_string(ItemState state);
std::optional<ItemState> item_state_from_string(std::string_view text);

/// Nothing more happens to it by itself.
bool has_ended(ItemState state);
/// Its dependants may begin.
bool satisfies_edge(ItemState state);

}  // namespace mxodus
