#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/result.h"

namespace mxodus {

/// A unit as systemd tells of it.
struct Unit {
  std::string load;     ///< "loaded", "masked", "not-found"
  std::string active;   ///< "active", "inactive", "failed", "activating", "deactivating", "reloading"
  std::string sub;      ///< "running", "dead", "exited"
  std::string enabled;  ///< UnitFileState: "enabled", "disabled", "static", "masked", "generated", …
  std::string result;   ///< why it failed: "exit-code", "success"
};

/// The blocks of `systemctl show -p Id,LoadState,ActiveState,SubState,UnitFileState,Result`, in the order
/// asked for. `no_answer` where there are not `count` of them.
Result<std::vector<Unit>> parse_units(std::string_view output, std::size_t count);

/// The local ports of `ss -Hltn`, whatever the address.
std::set<std::int64_t> parse_listening(std::string_view ss);

/// "postfix" and "postfix.service" name the same unit.
std::string full_unit_name(const std::string& unit);
/// The unit whose state tells whether the service runs. postfix.service runs `true` and has then "succeeded",
/// with a broken configuration as well; the daemons belong to its instance.
std::string telling_unit(const std::string& full_name);

}  // namespace mxodus
