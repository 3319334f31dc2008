#pragma once

#include <cstdint>
#include <map>
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
  std::string enabled;  ///< UnitFileState: "enabled", "enabled-runtime", "disabled", "static", "masked", …
  std::string type;     ///< "oneshot", "forking"; empty for what is no service
  bool at_boot =
      false;  ///< enabled, or wanted by a target of every boot without that, as scripts in init.d are
};

/// The blocks of `systemctl show -p LoadState,ActiveState,SubState,UnitFileState,Type,WantedBy`, in the order
/// asked for. `no_answer` where there are not `count` of them.
Result<std::vector<Unit>> parse_units(std::string_view output, std::size_t count);

/// The ports on which something listens, each with whether anybody but this machine itself can reach it.
using Listening = std::map<std::int64_t, bool>;

/// The local ports of `ss -Hltn`.
Listening parse_listening(std::string_view ss);

/// "postfix" and "postfix.service" name the same unit.
std::string full_unit_name(const std::string& unit);
/// The unit to ask about as well: of postfix.service the instance that Debian 12 gives the daemons to.
std::string instance_unit(const std::string& full_name);
/// Whether the instance tells if the service runs. Debian 12's postfix.service runs `true` and has then
/// "succeeded", with a broken configuration as well; elsewhere the daemons belong to postfix.service itself,
/// and an instance of it, if there is one, is never started.
bool instance_tells(const Unit& unit, const Unit& instance);

}  // namespace mxodus
