#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.caa`: whether the authority that shall issue certificates for host names may.
std::unique_ptr<StepType> make_dns_caa();

}  // namespace mxodus
