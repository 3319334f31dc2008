#pragma once

#include "orchestrator/core/quantity.h"
#include "orchestrator/playbook/step_spec.h"

namespace mxodus {

/// `now` where the window is open, else the moment at which it opens next. The window is in local time.
Time next_opening(const TimeWindow& window, Time now);

}  // namespace mxodus
