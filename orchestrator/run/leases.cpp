#include "orchestrator/run/leases.h"

namespace mxodus {

Result<bool> Leases::hold(const std::string& host, Jobs& jobs, const Deadline& deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (held_.contains(host)) return false;
  }
  // Not under the mutex: a slow host must not keep the others waiting. Two workers may both ask, which
  // renews.
  if (auto taken = jobs.acquire(lease_, take_over_, deadline); !taken) return tl::unexpected(taken.error());
  const std::lock_guard lock(mutex_);
  return held_.insert(host).second;
}

}  // namespace mxodus
