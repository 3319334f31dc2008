#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "orchestrator/jobs/job.h"

namespace mxodus {

/// The leases of this run on the hosts it changes. A host is asked for its lease before the first job that
/// this process starts there. Any thread.
class Leases {
 public:
  /// `lease` as every job start carries it; `take_over` the token of another run's lease that the operator
  /// has decided to take.
  Leases(Lease lease, std::optional<std::uint64_t> take_over)
      : lease_(std::move(lease)), take_over_(take_over) {}

  const Lease& lease() const { return lease_; }

  /// Holds the lease of `host` when it returns without an error. True where it was taken just now.
  Result<bool> hold(const std::string& host, Jobs& jobs, const Deadline& deadline);

 private:
  const Lease lease_;
  const std::optional<std::uint64_t> take_over_;
  std::mutex mutex_;
  std::set<std::string> held_;
};

}  // namespace mxodus
