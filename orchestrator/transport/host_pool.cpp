#include "orchestrator/transport/host_pool.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/transport/local_host.h"
#include "orchestrator/transport/ssh/ssh_host.h"

namespace mxodus {

Result<std::unique_ptr<Host>> make_host(const HostSpec& spec, const Timing& timing, const Clock& clock) {
  if (spec.local) return std::make_unique<LocalHost>(spec);
  if (!spec.transport.empty() && spec.transport != "libssh")
    return fail(ErrorKind::invalid, "host.transport",
                "host " + spec.name + ": there is no transport \"" + printable_line(spec.transport) + "\"",
                "leave `transport` out, or write libssh");
  return std::make_unique<SshHost>(spec, timing, clock);
}

HostPool::HostPool(std::vector<HostSpec> specs, Timing timing, const Clock& clock)
    : specs_(std::move(specs)), timing_(timing), clock_(clock) {}

Result<HostSpec> HostPool::with_jump_host(HostSpec spec, std::size_t hops_left) const {
  const auto named = [&](const HostSpec& other) { return spec.jump == other.name; };
  const auto jump = std::find_if(specs_.begin(), specs_.end(), named);
  if (jump == specs_.end()) return spec;
  if (hops_left == 0)
    return fail(ErrorKind::invalid, "host.jump-loop",
                "the jump hosts of host " + spec.name + " lead in a circle");
  auto hop = with_jump_host(*jump, hops_left - 1);
  if (!hop) return hop;
  spec.jump_host = std::make_shared<const HostSpec>(std::move(*hop));
  return spec;
}

Result<Host*> HostPool::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto known = hosts_.find(name); known != hosts_.end()) return known->second.get();
  std::vector<std::string> names;
  for (const HostSpec& spec : specs_) {
    names.push_back(spec.name);
    if (spec.name != name) continue;
    auto complete = with_jump_host(spec, specs_.size());
    if (!complete) return tl::unexpected(std::move(complete).error());
    auto host = make_host(*complete, timing_, clock_);
    if (!host) return tl::unexpected(std::move(host).error());
    return hosts_.emplace(name, std::move(*host)).first->second.get();
  }
  const std::string near = nearest(name, names);
  return fail(ErrorKind::not_found, "host.name", "the playbook has no host " + printable_line(name),
              near.empty() ? "" : "did you mean " + near + "?");
}

void HostPool::disconnect_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, host] : hosts_) host->disconnect();
}

}  // namespace mxodus
