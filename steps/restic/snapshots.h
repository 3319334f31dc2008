#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `restic.snapshots`: the newest backup that fits, seen from the host that will restore it.
std::unique_ptr<StepType> make_restic_snapshots();

}  // namespace mxodus
