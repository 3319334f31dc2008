#include "orchestrator/cli/held_back.h"

#include "orchestrator/run/failure_rule.h"

namespace mxodus {
namespace {

/// As the run itself would find them: what has ended as a whole has come to nothing more.
Expansions expansions_now(const StepTable& table, const RunState& state) {
  Expansions expansions;
  for (const RunStep& step : table.steps()) {
    if (state.item({step.id(), {}}).state != ItemState::pending) continue;
    auto instances = table.instances(step, outputs_for(step, state));
    if (instances && instances->waits_for.empty() && !instances->list.empty())
      expansions.emplace(step.id(), std::move(instances->list));
  }
  return expansions;
}

bool could_begin(const StepTable& table, const RunStep& step, const RunState& state, const ItemId& id,
                 const Expansions& expansions) {
  const auto satisfied = [](const EdgeState& edges) { return edges.kind == EdgeState::Kind::satisfied; };
  return satisfied(edges_of(table, step, state, expansions)) &&
         satisfied(joined_edges_of(table, step, id, state, expansions));
}

}  // namespace

std::string held_back(const StepTable& table, const RunState& state, const ItemId& id) {
  const RunStep* step = table.find(id.step);
  if (!step) return {};
  const Expansions expansions = expansions_now(table, state);
  if (!could_begin(table, *step, state, id, expansions)) return {};
  if (stopped_by_failures(table, *step, state, expansions))
    return "more items of " + id.step + " have failed than its `stop_after` allows";
  const std::string held = step->moves() && !step->clean_up ? held_by(table, state, expansions) : "";
  return held.empty() ? held : held + ", which holds back what changes or asks";
}

}  // namespace mxodus
