#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// Every step type that this mxodus knows. A new one is its folder and one line in catalog.cpp.
Catalog make_catalog();

}  // namespace mxodus
