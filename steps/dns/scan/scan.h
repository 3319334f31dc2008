#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.scan`: what still leads to an old address or an old name.
std::unique_ptr<StepType> make_dns_scan();

}  // namespace mxodus
