#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.tlsa`: whether the TLSA records of the hosts that take a domain's mail match what these hosts show.
std::unique_ptr<StepType> make_dns_tlsa();

}  // namespace mxodus
