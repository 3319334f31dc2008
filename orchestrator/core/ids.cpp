#include "orchestrator/core/ids.h"

#include "orchestrator/core/digest.h"

namespace mxodus {

std::string to_string(const ItemId& id) {
  return id.item.empty() ? id.step : id.step + "[" + id.item + "]";
}

std::string new_run_id(const std::string& utc_time) {
  return utc_time.substr(0, 4) + utc_time.substr(5, 2) + utc_time.substr(8, 2) + "-" + random_hex(3);
}

}  // namespace mxodus
