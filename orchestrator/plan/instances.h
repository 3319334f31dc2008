#pragma once

#include <string>
#include <vector>

#include "orchestrator/plan/item_planner.h"
#include "orchestrator/playbook/playbook.h"

namespace mxodus {

/// One item that a step comes to: itself, or an element of its for_each, or one of several vantages.
struct Instance {
  ItemId id;
  Value item;  ///< the element; null without for_each
  Standpoint standpoint;
};

struct Instances {
  std::vector<Instance> list;
  std::string waits_for;  ///< the step whose output must be known first; then the list is empty
};

/// What a step comes to, with what is known now. At most 10,000 elements; the key is the mapping key, the
/// scalar, or `item.id`. With several vantages under `from:` there is an item for each, keyed by its name
/// (after the element's key and "@" where there is a for_each too). `invalid` for a duplicate key, an element
/// without one, a host or vantage that the playbook does not have.
Result<Instances> instances_of(const Playbook& playbook, const StepSpec& step, const Scope& scope);

/// The request for one instance. `scope.item` is set to the instance's element, which must outlive the
/// request.
ItemRequest request_for(const StepSpec& step, const StepType& type, const Instance& instance, Scope scope);

}  // namespace mxodus
