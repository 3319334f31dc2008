#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.delegation`: whether the parent of zones and the zones themselves say the same of their servers.
std::unique_ptr<StepType> make_dns_delegation();

}  // namespace mxodus
