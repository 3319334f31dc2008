#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/journal/run_state.h"
#include "orchestrator/run/step_table.h"

namespace mxodus {

/// The items that each step has come to so far in this process.
using Expansions = std::map<std::string, std::vector<Instance>>;

/// What the step comes to, also where this process has not come to it yet; nothing where that is not known.
std::vector<Instance> items_of(const StepTable& table, const RunStep& step, const RunState& state,
                               const Expansions& expansions);

/// How the reason of a broken edge ends where what stands above is blocked itself.
inline constexpr std::string_view blocked_by_a_block = " is blocked";

/// How what a step or item waits for stands to it.
struct EdgeState {
  enum class Kind {
    satisfied,  ///< it may begin
    open,       ///< something it waits for has not ended
    broken,     ///< something it waits for did not end well
    skipped,    ///< it refers to something that was skipped, and is skipped too
  };
  Kind kind = Kind::satisfied;
  std::string reason;  ///< of broken and skipped, for people
};

/// All edges of a step but those that are joined key by key.
EdgeState edges_of(const StepTable& table, const RunStep& step, const RunState& state,
                   const Expansions& expansions);

/// The joined edges of one item.
EdgeState joined_edges_of(const StepTable& table, const RunStep& step, const ItemId& id,
                          const RunState& state, const Expansions& expansions);

}  // namespace mxodus
