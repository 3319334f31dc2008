#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.spf`: what SPF says of the addresses that will send, for each sender domain.
std::unique_ptr<StepType> make_dns_spf();

}  // namespace mxodus
