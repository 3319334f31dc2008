#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/error.h"
#include "orchestrator/core/verdict.h"
#include "orchestrator/dag/graph.h"
#include "orchestrator/playbook/playbook.h"

namespace mxodus {

/// What the order of steps depends on and a playbook does not say.
struct StepTraits {
  Effect effect = Effect::observe;
  bool asks = false;                            ///< a gate
  std::vector<std::string> raw_parameters;      ///< of `with`: never interpolated, such as `script`
  std::vector<std::string> command_parameters;  ///< of `with`: maps whose `script` is never interpolated
};

/// Nothing for a step type that is not known; whoever knows the catalogue reports it. The traits may depend
/// on what the step says (`effect` of a command).
using TraitsOf = std::function<std::optional<StepTraits>(const StepSpec& step)>;

/// In which order the steps of a playbook run.
struct StepOrder {
  /// Node i is step i. An edge means: only after it has ended well. The edges are as few as say the same: a
  /// step that waits for everything above it has an edge to the last step that did so too, which stands for
  /// all above that one, because no step ends before what it waits for.
  Graph graph;
  std::vector<Graph::NodeId> sequence;  ///< every step after what it waits for, else as written
  std::vector<bool> is_cleanup;         ///< by node: runs only when an `on_fail` names it
  Diagnostics faults;                   ///< in the order of their places; while there are any, do not run
};

/// Finds the edges (`needs`, and what any expression of a step refers to; a step that changes or asks and has
/// no `needs` waits for every step above it), and what is wrong with expressions and names: Lua that is none,
/// `steps.X` that does not exist, cycles.
StepOrder order_steps(const Playbook& playbook, const TraitsOf& traits_of);

}  // namespace mxodus
