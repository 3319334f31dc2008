#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.dmarc`: which DMARC policy holds for domains, and whether SPF and DKIM are aligned with them.
std::unique_ptr<StepType> make_dns_dmarc();

}  // namespace mxodus
