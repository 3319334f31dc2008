#pragma once

#include <memory>

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `net.reach`: whether something answers, from where, over IPv4 and IPv6, and whether it is the right thing.
std::unique_ptr<StepType> make_net_reach();

}  // namespace mxodus
