#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dns.ptr`: whether the addresses that send have names that lead back to them.
std::unique_ptr<StepType> make_dns_ptr();

}  // namespace mxodus
