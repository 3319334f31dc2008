#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `files.layout`: whether a folder holds what it should at its top, and nothing that it should not.
std::unique_ptr<StepType> make_files_layout();

}  // namespace mxodus
