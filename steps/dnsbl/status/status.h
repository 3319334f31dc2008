#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `dnsbl.status`: whether blacklists list an address: listed, clean, or unknown.
std::unique_ptr<StepType> make_dnsbl_status();

}  // namespace mxodus
