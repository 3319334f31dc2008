#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/result.h"
#include "orchestrator/transport/host.h"
#include "orchestrator/transport/host_spec.h"
#include "orchestrator/transport/timing.h"

namespace mxodus {

/// The host that `spec` speaks of; nothing is connected yet. `invalid` "host.transport" for a transport that
/// does not exist.
Result<std::unique_ptr<Host>> make_host(const HostSpec& spec, const Timing& timing = {},
                                        const Clock& clock = system_clock());

/// All hosts of a playbook, each made when it is first asked for. Any thread.
class HostPool {
 public:
  explicit HostPool(std::vector<HostSpec> specs, Timing timing = {}, const Clock& clock = system_clock());

  /// The host of that name; lives as long as the pool. `not_found` "host.name" with the nearest name.
  Result<Host*> find(const std::string& name);
  /// All of them, in the order of the playbook.
  const std::vector<HostSpec>& specs() const { return specs_; }
  /// Ends every connection; the next call to a host opens a new one.
  void disconnect_all();

 private:
  /// `spec` with the hosts of this playbook that its `jump` leads through.
  Result<HostSpec> with_jump_host(HostSpec spec, std::size_t hops_left) const;

  const std::vector<HostSpec> specs_;
  const Timing timing_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Host>> hosts_;
};

}  // namespace mxodus
