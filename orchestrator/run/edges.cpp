#include "orchestrator/run/edges.h"

#include <set>

#include "orchestrator/core/outputs.h"

namespace mxodus {
namespace {

using Kind = EdgeState::Kind;

/// A step may be skipped because its own `if` was false, or by a word of the operator: then what needs it
/// goes on. Or because it names another skipped step: then what names it is skipped with it, and what only
/// stands below goes on.
bool skipped_by_another(const StepTable& table, const RunStep& step, const RunState& state) {
  // Follows the chain of skipped steps upwards without recursion.
  std::vector<const RunStep*> left{&step};
  while (!left.empty()) {
    const RunStep* here = left.back();
    left.pop_back();
    const ItemRecord& record = state.item({here->id(), {}});
    if (record.state != ItemState::skipped || record.settled_by) continue;
    for (const Dependency& dependency : here->dependencies) {
      if (!dependency.named || state.item({dependency.step, {}}).state != ItemState::skipped) continue;
      if (dependency.reads) return true;
      left.push_back(table.find(dependency.step));
    }
  }
  return false;
}

EdgeState judge(const StepTable& table, const Dependency& dependency, const ItemId& id,
                const RunState& state) {
  const ItemRecord& record = state.item(id);
  switch (record.state) {
    case ItemState::done:
    case ItemState::accepted:
      // Read as nil, they could decide an `if` the wrong way.
      if (dependency.reads && record.code == outputs_not_kept)
        return {Kind::broken, "it refers to outputs of " + to_string(id) + " that were too large to keep"};
      if (dependency.reads && record.code == outputs_not_known)
        return {Kind::broken, "it refers to outputs of " + to_string(id) + ", whose end is not known"};
      return {};
    case ItemState::skipped:
      if (dependency.reads) return {Kind::skipped, "it refers to " + to_string(id) + ", which was skipped"};
      if (dependency.named && skipped_by_another(table, *table.find(id.step), state))
        return {Kind::skipped, to_string(id) + " was skipped: " + record.reason};
      return {};
    case ItemState::failed:
    case ItemState::cancelled:
    case ItemState::undone:
    case ItemState::blocked:
      return {Kind::broken, to_string(id) + " is " + std::string(to_string(record.state))};
    default:
      return {Kind::open, {}};
  }
}

/// What is open outweighs what is broken: a step is judged when everything above it has ended.
void add(EdgeState& edge, EdgeState one) {
  const auto rank = [](Kind kind) {
    return kind == Kind::open ? 3 : kind == Kind::broken ? 2 : kind == Kind::skipped ? 1 : 0;
  };
  if (rank(one.kind) > rank(edge.kind)) edge = std::move(one);
}

struct Left {
  bool out = false;      ///< all of what is waited for is skipped
  bool by_hand = false;  ///< some of it by a word of the operator
};

/// What became of a dependency: of the step as a whole, of all its items, or of the one with the key `item`.
Left left(const Dependency& dependency, const std::string& item, const RunState& state) {
  const ItemRecord& whole = state.item({dependency.step, {}});
  if (whole.state == ItemState::skipped) return {true, whole.settled_by.has_value()};
  Left seen;
  for (auto it = state.items.lower_bound({dependency.step, {}});
       it != state.items.end() && it->first.step == dependency.step; ++it) {
    if (it->first.item.empty() || (dependency.joined && !item.empty() && it->first.item != item)) continue;
    if (it->second.state != ItemState::skipped) return {};
    seen = {true, seen.by_hand || it->second.settled_by};
  }
  return seen;
}

/// Whether a step, or an item of it, is left out because of what a word of the operator has skipped, and not
/// by any `if`: nobody has thought of what then follows without it.
bool skipped_for_a_word(const StepTable& table, const RunStep& step, const std::string& item,
                        const RunState& state) {
  std::set<std::string> seen;
  std::vector<const RunStep*> left_over{&step};
  while (!left_over.empty()) {
    const RunStep* here = left_over.back();
    left_over.pop_back();
    for (const Dependency& dependency : here->dependencies) {
      const Left above = left(dependency, item, state);
      if (!dependency.named || !above.out) continue;
      if (above.by_hand && dependency.reads) return true;
      if (!above.by_hand && seen.insert(dependency.step).second)
        left_over.push_back(table.find(dependency.step));
    }
  }
  return false;
}

/// A question that cannot be asked is not passed by: what stands behind it would go on without a word.
EdgeState unless_it_asks(const StepTable& table, const RunStep& step, const std::string& item,
                         const RunState& state, EdgeState edge) {
  if (edge.kind != Kind::skipped || step.kind() != StepKind::gate ||
      !skipped_for_a_word(table, step, item, state))
    return edge;
  return {Kind::broken,
          "it cannot ask: " + edge.reason + "; `retry` that, or `skip` this one too, which goes on unasked"};
}

/// A word of the operator may come before what the step waits for has ended; it stood for that.
bool skipped_by_hand(const RunState& state, const ItemId& id) {
  const ItemRecord& record = state.item(id);
  return record.state == ItemState::skipped && record.settled_by;
}

bool any_open(const RunState& state, const std::string& step) {
  for (auto it = state.items.lower_bound({step, {}}); it != state.items.end() && it->first.step == step; ++it)
    if (it->second.open) return true;
  return false;
}

EdgeState whole_step(const StepTable& table, const Dependency& dependency, const RunState& state,
                     const Expansions& expansions) {
  const ItemId whole{dependency.step, {}};
  const auto items = expansions.find(dependency.step);
  if (items == expansions.end() || items->second.empty() || items->second.front().id == whole)
    return judge(table, dependency, whole, state);
  if (state.item(whole).state == ItemState::skipped && !any_open(state, dependency.step))
    return judge(table, dependency, whole, state);
  EdgeState edge;
  bool all_skipped = true;
  for (const Instance& instance : items->second) {
    EdgeState one = judge(table, dependency, instance.id, state);
    all_skipped = all_skipped && one.kind == Kind::skipped;
    add(edge, std::move(one));
    if (skipped_by_hand(state, instance.id))
      add(edge, joined_edges_of(table, *table.find(dependency.step), instance.id, state, expansions));
  }
  if (edge.kind == Kind::skipped && !all_skipped) return {};
  return edge;
}

}  // namespace

std::vector<Instance> items_of(const StepTable& table, const RunStep& step, const RunState& state,
                               const Expansions& expansions) {
  const auto found = expansions.find(step.id());
  if (found != expansions.end()) return found->second;
  auto instances = table.instances(step, outputs_for(step, state));
  return instances ? std::move(instances->list) : std::vector<Instance>();
}

EdgeState edges_of(const StepTable& table, const RunStep& step, const RunState& state,
                   const Expansions& expansions) {
  EdgeState edge;
  std::set<std::string> seen;
  std::vector<const RunStep*> left{&step};  // and, upwards, what a person has skipped
  while (!left.empty()) {
    const RunStep* here = left.back();
    left.pop_back();
    for (const Dependency& dependency : here->dependencies) {
      // Key by key, but not what lies above a step that is skipped as a whole.
      if (here == &step && dependency.joined && expansions.contains(dependency.step)) continue;
      if (!seen.insert(dependency.step).second) continue;
      EdgeState one = whole_step(table, dependency, state, expansions);
      if (here != &step && one.kind == Kind::skipped) one = {};  // that skipped the other, not this one
      add(edge, std::move(one));
      if (edge.kind == Kind::open) return edge;
      if (skipped_by_hand(state, {dependency.step, {}})) left.push_back(table.find(dependency.step));
    }
  }
  return unless_it_asks(table, step, {}, state, std::move(edge));
}

EdgeState joined_edges_of(const StepTable& table, const RunStep& step, const ItemId& id,
                          const RunState& state, const Expansions& expansions) {
  EdgeState edge;
  std::vector<const RunStep*> left{&step};
  while (!left.empty()) {
    const RunStep* here = left.back();
    left.pop_back();
    for (const Dependency& dependency : here->dependencies) {
      if (!dependency.joined || !expansions.contains(dependency.step)) continue;
      const ItemId above{dependency.step, id.item};
      EdgeState one = judge(table, dependency, above, state);
      if (here != &step && one.kind == Kind::skipped) one = {};
      add(edge, std::move(one));
      if (skipped_by_hand(state, above) || skipped_by_hand(state, {dependency.step, {}}))
        left.push_back(table.find(dependency.step));
    }
  }
  return unless_it_asks(table, step, id.item, state, std::move(edge));
}

}  // namespace mxodus
