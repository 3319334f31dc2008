#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.discovery`: whether mail clients that look for their servers are led to the new place.
std::unique_ptr<StepType> make_dns_discovery();

}  // namespace mxodus
