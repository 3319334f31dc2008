#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `rclone.compare`: whether two folders hold the same files, by hashes made where the files are.
std::unique_ptr<StepType> make_rclone_compare();

}  // namespace mxodus
