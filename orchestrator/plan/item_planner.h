#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/plan/attempt_context.h"
#include "orchestrator/plan/plan.h"
#include "orchestrator/playbook/node.h"
#include "orchestrator/playbook/scope.h"

namespace mxodus {

/// All that looking at one item needs, as values: it may be handed to a worker thread as long as the
/// playbook, the catalogue and the scope's values outlive the call.
struct ItemRequest {
  ItemId id;
  const StepType* type = nullptr;
  const Node* with = nullptr;  ///< the step's `with:`, maybe null; look_again() does without
  Standpoint standpoint;
  std::string stage;
  bool point_of_no_return = false;
  bool has_undo = false;  ///< the step names an undo of its own
  Scope scope;
};

/// What came of looking at one item.
struct ItemLook {
  PlannedItem item;
  /// Why it could not be looked at: `unreachable` (the host's trouble, not the step's), `invalid` (its
  /// parameters), anything else is "could not ask". The item then has the verdict unknown, or no finding.
  std::optional<Error> trouble;
};

/// Whether what could not be reached is a host that mxodus works on, and not an API or a server that it asks.
bool is_about_a_host(const Error& unreachable);

/// Evaluates the `with:` of a step for one item and checks it against the declaration. Values may be not yet
/// known (`Params::waits_for`). The first fault is the error.
Result<Params> resolve_params(const Catalog& catalog, const StepDeclaration& type, const Node& with,
                              const Scope& scope);
/// The same for values that are already evaluated, such as those of a step inside a step.
Result<Params> resolve_params(const StepDeclaration& type, const ValueMap& with);

/// Evaluates, probes and plans one item; changes nothing. Where a parameter is not yet known the item is
/// `deferred` and nothing is asked. Blocks up to the deadline; any thread.
ItemLook look_at(const Environment& environment, const ItemRequest& request, const Deadline& deadline);

/// The same with parameters that are already known, for a fresh look before a change and after a crash.
ItemLook look_again(const Environment& environment, const ItemRequest& request, Params params,
                    const Deadline& deadline);

/// The same for a step inside a step, on behalf of the item `id`.
ItemLook look_nested(const Environment& environment, const ItemId& id, const NestedStep& nested,
                     const Deadline& deadline);

}  // namespace mxodus
