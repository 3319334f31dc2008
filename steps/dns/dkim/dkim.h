#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.dkim`: whether the published DKIM keys are usable, and those of the private keys on a host.
std::unique_ptr<StepType> make_dns_dkim();

}  // namespace mxodus
