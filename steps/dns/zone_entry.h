#pragma once

#include <string>

#include "orchestrator/core/result.h"
#include "orchestrator/step_api/resources.h"

namespace mxodus::dns {

/// The entry of `dns:` of that name. `invalid` where there is none.
Result<const Zone*> find_zone(const Resources& resources, const std::string& name);

}  // namespace mxodus::dns
