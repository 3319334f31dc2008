#pragma once

#include <optional>

#include "orchestrator/playbook/playbook.h"
#include "orchestrator/playbook/step_order.h"
#include "orchestrator/step_api/step_type.h"

namespace mxodus {

struct CheckedPlaybook {
  Diagnostics faults;  ///< in the order of the lines
  /// Where there are no faults.
  std::optional<StepOrder> order;
};

/// Takes the `host` of the playbook's defaults from the steps whose type takes none, gates for one; before
/// check_playbook().
void drop_needless_default_hosts(Playbook& playbook, const Catalog& catalog);

/// Checks a playbook against the catalogue, without any connection: step types, their parameters as far as
/// they are written out, hosts where one is needed, outputs that are referred to, resources by name, and the
/// order of the steps.
CheckedPlaybook check_playbook(const Playbook& playbook, const Catalog& catalog);

}  // namespace mxodus
