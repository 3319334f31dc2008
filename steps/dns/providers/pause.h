#pragma once

#include <chrono>

#include "orchestrator/core/deadline.h"

namespace mxodus::dns {

/// Sleeps, but not through a stop or a deadline.
void pause_for(std::chrono::milliseconds time, const Deadline& deadline);

}  // namespace mxodus::dns
