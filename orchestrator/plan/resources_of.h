#pragma once

#include "orchestrator/playbook/playbook.h"
#include "orchestrator/step_api/resources.h"

namespace mxodus {

/// The repositories, zones, accounts and public addresses of a playbook with these inputs. `invalid`, with
/// the place, for a setting that is missing or of the wrong kind.
Result<Resources> resources_of(const Playbook& playbook, const ValueMap& inputs);

}  // namespace mxodus
