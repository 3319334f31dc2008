#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"
#include "steps/dns/zone_work.h"

namespace mxodus {

/// `dns.ttl`: how long resolvers keep records, lowered before a move and restored after it.
std::unique_ptr<StepType> make_dns_ttl(dns::DnsPatience patience = {});

}  // namespace mxodus
