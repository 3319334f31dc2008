#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.propagated`: whether a change has arrived everywhere, and when it will have.
std::unique_ptr<StepType> make_dns_propagated();

}  // namespace mxodus
