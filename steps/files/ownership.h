#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// `files.ownership`: who owns what under a path, by number and by name; with `fix`, makes it so.
std::unique_ptr<StepType> make_files_ownership();

}  // namespace mxodus
