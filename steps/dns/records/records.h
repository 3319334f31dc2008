#pragma once

#include <chrono>
#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// How patient `dns.records` is after a write.
struct DnsPatience {
  std::chrono::milliseconds servers{60'000};  ///< for the name servers to answer the new
  std::chrono::milliseconds pause{2'000};     ///< between two looks, and before a write is tried again
};

/// `dns.records`: RRsets at the provider, on every name server and in resolvers; and changes to them.
std::unique_ptr<StepType> make_dns_records(DnsPatience patience = {});

}  // namespace mxodus
