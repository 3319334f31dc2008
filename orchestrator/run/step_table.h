#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "orchestrator/journal/run_state.h"
#include "orchestrator/plan/environment.h"
#include "orchestrator/plan/instances.h"
#include "orchestrator/playbook/playbook.h"
#include "orchestrator/playbook/step_order.h"
#include "orchestrator/step_api/nested_step.h"

namespace mxodus {

/// Another step that a step waits for.
struct Dependency {
  std::string step;
  bool reads = false;   ///< refers to its outputs: skipped with it
  bool joined = false;  ///< same for_each, one vantage: each item waits for the item of its own key
  bool named = false;   ///< by `needs` or a reference; else it only stands above
};

/// A step as the executor sees it: what the playbook says of it and what its type is.
struct RunStep {
  const StepSpec* spec = nullptr;
  const StepType* type = nullptr;
  Effect effect = Effect::observe;  ///< the greatest that its parameters may give it
  std::vector<Dependency> dependencies;
  bool clean_up = false;      ///< runs only when an `on_fail` names it
  bool after_a_move = false;  ///< a step above it, near or far, does more than look

  const std::string& id() const { return spec->id; }
  const StepRules& rules() const { return spec->rules; }
  StepKind kind() const { return type->declaration().kind; }
  bool has_elements() const { return !spec->for_each.is_null(); }
  /// It changes or asks: a failure elsewhere holds it back.
  bool moves() const { return kind() == StepKind::gate || effect != Effect::observe; }
  bool only_looks() const { return kind() == StepKind::work && effect == Effect::observe; }
  /// How many of its items may be under way at the same time.
  int parallel() const;
};

/// The steps of a playbook in an order in which they may run, and what their expressions give when they are
/// asked with the outputs there are so far. Immutable once shared; any thread. Playbook and environment
/// outlive it.
class StepTable {
 public:
  /// `order` is what check_playbook() found; `inputs` is a map.
  StepTable(const Playbook& playbook, StepOrder order, const Environment& environment, Value inputs);

  const std::vector<RunStep>& steps() const { return steps_; }
  /// The ad-hoc steps of the run so far: they stand beside the playbook's, nothing waits for them.
  const std::vector<RunStep>& adhoc() const { return adhoc_; }
  /// One of either.
  const RunStep* find(const std::string& id) const;
  /// Takes in the ad-hoc steps that the journal tells of. Once, before the table is shared.
  void add_adhoc(const RunState& state);
  /// Every step that waits for `id`, directly or not.
  std::vector<const RunStep*> downstream(const std::string& id) const;
  /// Every step that `id` waits for, directly or not.
  std::vector<const RunStep*> upstream(const std::string& id) const;

  // `outputs` is a map of step id to outputs, or to a map of key to outputs: see outputs_for().

  /// What the step comes to: an instance for each element of for_each, one for a step without it.
  Result<Instances> instances(const RunStep& step, const Value& outputs) const;
  /// The one that has this id; where the step no longer comes to it, as much of it as the id says.
  Instance instance(const RunStep& step, const ItemId& id, const Value& outputs) const;
  /// `if`; true where there is none.
  Result<bool> condition(const RunStep& step, const Value& outputs) const;
  /// `until`, with `self` the outputs of the attempt that has just ended; true where there is none.
  Result<bool> until(const RunStep& step, const Instance& instance, const Value& outputs,
                     const Value& self) const;
  /// Which of its `breach` hold, by their numbers; `self` as above.
  Result<std::vector<std::size_t>> breached(const RunStep& step, const Instance& instance,
                                            const Value& outputs, const Value& self) const;
  /// `undo:` of the step, evaluated, on the step's own host unless it says another; nothing where there is
  /// none.
  Result<std::optional<NestedStep>> undo_step(const RunStep& step, const Instance& instance,
                                              const Value& outputs, const Value& self) const;
  /// The parameters of one instance; asks nobody.
  Result<Params> params(const RunStep& step, const Instance& instance, const Value& outputs) const;
  /// Evaluates the parameters, probes and plans. Blocks.
  ItemLook look(const RunStep& step, const Instance& instance, const Value& outputs,
                const Deadline& deadline) const;

 private:
  Scope scope(const Value& outputs) const { return {&inputs_, &hosts_, &outputs, nullptr, nullptr}; }
  Result<bool> holds(const Expression& expression, const Scope& scope) const;

  const Playbook* playbook_;
  const Environment* environment_;
  Value inputs_;
  Value hosts_;
  StepOrder order_;
  std::vector<RunStep> steps_;                ///< in the order of order_.sequence
  std::map<std::string, std::size_t> by_id_;  ///< into steps_
  std::deque<StepSpec> adhoc_specs_;          ///< of adhoc_, which points into it
  std::vector<RunStep> adhoc_;
};

/// Whether two pieces of a playbook are written alike, wherever they stand.
bool same_text(const Node& a, const Node& b);

/// What `steps` holds for the expressions of `step`: the outputs of what has ended among the steps that it
/// waits for, which are all that it can refer to, by step id, and below it by key where the step has
/// for_each. What is missing is not yet known.
Value outputs_for(const RunStep& step, const RunState& state);

}  // namespace mxodus
