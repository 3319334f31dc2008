#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.mta_sts`: whether the MTA-STS policy of domains can be fetched and covers their MX.
std::unique_ptr<StepType> make_dns_mta_sts();

}  // namespace mxodus
