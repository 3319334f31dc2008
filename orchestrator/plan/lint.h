#pragma once

#include "orchestrator/playbook/playbook.h"
#include "orchestrator/playbook/step_order.h"
#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// What is well written and probably not meant: warnings, never a reason not to run. Knows mail by the tags
/// of the step types alone:
///   changes_mx     where mail is led; a `lowers_ttl` stands above it
///   compares       two stores; a `freezes` on one of their hosts stands above it
///   publishes      an address of ours, by a record that leads to it
///   checks_reach   whether the outside can reach a host of ours; not only from that host itself
/// and it wants a gate above whatever is permanent, or is the point of no return.
///
/// `order` is that of a playbook without faults; `inputs` as far as they are known. In the order of the
/// lines, each with its place and what to write instead. No connection is made.
Diagnostics lint(const Playbook& playbook, const StepOrder& order, const Catalog& catalog,
                 const ValueMap& inputs = {});

/// The tags that lint reads; a step type declares no other.
const std::vector<std::string>& lint_tags();

}  // namespace mxodus
