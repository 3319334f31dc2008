#include "orchestrator/playbook/playbook.h"

#include <algorithm>

namespace mxodus {

const StepSpec* Playbook::find_step(std::string_view id) const {
  const auto found = step_numbers.find(id);
  return found == step_numbers.end() ? nullptr : &steps[found->second];
}

const HostSpec* Playbook::find_host(std::string_view host) const {
  const auto found = std::find_if(hosts.begin(), hosts.end(),
                                  [&](const HostEntry& entry) { return entry.spec.name == host; });
  return found == hosts.end() ? nullptr : &found->spec;
}

Value hosts_value(const Playbook& playbook) {
  ValueMap all;
  for (const auto& [host, mark] : playbook.hosts) {
    ValueMap one = {{"name", host.name}, {"ssh", host.ssh}};
    if (!host.ipv4.empty()) one.emplace("ipv4", host.ipv4);
    if (!host.ipv6.empty()) one.emplace("ipv6", host.ipv6);
    if (!host.helo.empty()) one.emplace("helo", host.helo);
    all.emplace(host.name, std::move(one));
  }
  return all;
}

const std::vector<std::string>& notify_events() {
  static const std::vector<std::string> events = {"parked", "failed", "done", "gate", "reconnecting"};
  return events;
}

}  // namespace mxodus
