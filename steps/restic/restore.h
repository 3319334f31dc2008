#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `restic.restore`: a part of a snapshot into a folder, as a job that outlives the laptop.
std::unique_ptr<StepType> make_restic_restore();

}  // namespace mxodus
