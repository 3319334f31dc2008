#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"
#include "steps/dns/zone_work.h"

namespace mxodus {

/// `dns.records`: RRsets at the provider, on every name server and in resolvers; and changes to them.
std::unique_ptr<StepType> make_dns_records(dns::DnsPatience patience = {});

}  // namespace mxodus
