#pragma once

#include <string>

#include "orchestrator/core/result.h"
#include "orchestrator/step_api/params.h"
#include "orchestrator/step_api/resources.h"

namespace mxodus::dns {

/// The entry of `dns:` of that name. `invalid` where there is none.
Result<const Zone*> find_zone(const Resources& resources, const std::string& name);

/// The entry of `dns:` that a step works on: the one that its parameter `zone` names, else the one that holds
/// every `name` in its `records` and `set`. `invalid` where there is none or more than one, as ZoneFinder
/// says.
Result<const Zone*> zone_of_step(const Resources& resources, const Params& params);

/// "of the zone main at its provider": where a person changes the records of a step, for its question.
std::string place_of_change(const Params& params);

/// What the documentation of a step says of its parameter `zone`.
ParamSpec zone_param();

}  // namespace mxodus::dns
