#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.mx`: whether the MX records of domains are well, and lead to the new place and nowhere else.
std::unique_ptr<StepType> make_dns_mx();

}  // namespace mxodus
