#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/quantity.h"
#include "steps/dns/providers/provider.h"
#include "steps/dns/view.h"

namespace mxodus::dns {

/// A line for each question of a look: when, what, of whom, and the answer. For evidence.
std::string protocol(const std::vector<RRsetKey>& keys, const World& world, Time when);

}  // namespace mxodus::dns
