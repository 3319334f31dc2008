#include "orchestrator/run/host_slots.h"

#include <algorithm>

namespace mxodus {

bool HostSlots::take(const std::set<std::string>& hosts, bool heavy) {
  const bool free = std::all_of(hosts.begin(), hosts.end(), [&](const std::string& host) {
    const Used& used = used_[host];
    return used.steps < per_host_ && !(heavy && used.heavy > 0);
  });
  if (free) take_anyway(hosts, heavy);
  return free;
}

void HostSlots::take_anyway(const std::set<std::string>& hosts, bool heavy) {
  for (const auto& host : hosts) {
    ++used_[host].steps;
    if (heavy) ++used_[host].heavy;
  }
}

void HostSlots::give_back(const std::set<std::string>& hosts, bool heavy) {
  for (const auto& host : hosts) {
    --used_[host].steps;
    if (heavy) --used_[host].heavy;
  }
}

}  // namespace mxodus
