#pragma once

#include <string>

#include "orchestrator/plan/environment.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/playbook/playbook.h"
#include "orchestrator/playbook/step_order.h"

namespace mxodus {

/// What a plan is made from, beside the world itself.
struct PlanRequest {
  const Playbook& playbook;
  const StepOrder& order;
  std::string playbook_text;
  ValueMap inputs;
  std::string mxodus_version;
  Duration patience{std::chrono::seconds(60)};  ///< for one look
};

/// Looks at every host and every step that can be looked at now, eight at a time, and puts the plan together.
/// Changes nothing. What stands behind a pending change is deferred, because a look now would say nothing
/// about then; for a step that changes, a look that already shows its change is kept. The serial is left to
/// the caller. Blocks; ends early when `stop` is asked for.
Plan make_plan(const Environment& environment, const PlanRequest& request, const std::stop_token& stop);

/// The hash of playbook name and host identities: the thing that plans and leases are bound to.
std::string lineage_of(const std::string& playbook_name, const std::map<std::string, PlannedHost>& hosts);

}  // namespace mxodus
