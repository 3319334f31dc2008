#pragma once

#include <string>

namespace mxodus {

/// A step, or one item of a step with for_each.
struct ItemId {
  std::string step;
  std::string item;  ///< empty for a step without for_each

  auto operator<=>(const ItemId&) const = default;
};

/// "restore", or "restore[alice]".
std::string to_string(const ItemId& id);

/// A new run id: the day and six random characters, "20240512-k3f9ab". Sorts by day, fits in one word.
std::string new_run_id(const std::string& utc_time);

}  // namespace mxodus
