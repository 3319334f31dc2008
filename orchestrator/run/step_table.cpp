#include "orchestrator/run/step_table.h"

#include <algorithm>

#include "orchestrator/dag/order.h"
#include "orchestrator/plan/param_text.h"
#include "orchestrator/plan/step_references.h"
#include "orchestrator/playbook/template.h"
#include "orchestrator/run/adhoc.h"

namespace mxodus {
bool same_text(const Node& a, const Node& b) {
  if (a.is_scalar() != b.is_scalar() || a.is_list() != b.is_list() || a.text() != b.text() ||
      a.items().size() != b.items().size() || a.entries().size() != b.entries().size())
    return false;
  for (std::size_t n = 0; n < a.items().size(); ++n)
    if (!same_text(a.items()[n], b.items()[n])) return false;
  for (std::size_t n = 0; n < a.entries().size(); ++n)
    if (a.entries()[n].key != b.entries()[n].key || !same_text(a.entries()[n].value, b.entries()[n].value))
      return false;
  return true;
}

namespace {

constexpr int kParallelLooks = 16;

/// Where a parameter says the effect (`command`), as it is written; else what the type declares.
Effect effect_of(const StepSpec& step, const StepDeclaration& type) {
  const Node* written = step.with.find("effect");
  const bool says = std::any_of(type.params.begin(), type.params.end(),
                                [](const ParamSpec& param) { return param.name == "effect"; });
  if (!says || !written || !written->is_scalar()) return type.effect;
  return effect_from_string(written->text()).value_or(Effect::permanent);
}

/// Then the keys of its items tell the vantage too.
bool may_have_several_vantages(const StepSpec& step) {
  return step.from.is_list() ? step.from.items().size() > 1 : has_template(step.from);
}

bool joined(const StepSpec& a, const StepSpec& b) {
  return !a.for_each.is_null() && !b.for_each.is_null() && same_text(a.for_each, b.for_each) &&
         !may_have_several_vantages(a) && !may_have_several_vantages(b);
}

bool reads(const std::vector<Reference>& references, const std::string& step) {
  return std::any_of(references.begin(), references.end(), [&](const Reference& reference) {
    return reference.root == "steps" && !reference.path.empty() && reference.path.front() == step;
  });
}

}  // namespace

int RunStep::parallel() const {
  if (rules().parallel > 0) return rules().parallel;
  return effect == Effect::observe ? kParallelLooks : 1;
}

StepTable::StepTable(const Playbook& playbook, StepOrder order, const Environment& environment, Value inputs)
    : playbook_(&playbook),
      environment_(&environment),
      inputs_(std::move(inputs)),
      hosts_(hosts_value(playbook)),
      order_(std::move(order)) {
  const Graph& graph = order_.graph;
  for (const Graph::NodeId node : order_.sequence) {
    const StepSpec& spec = playbook.steps[node];
    RunStep step{&spec, environment.catalog.find(spec.uses)};
    step.effect = effect_of(spec, step.type->declaration());
    step.clean_up = order_.is_cleanup[node];
    const auto references = references_of(spec, environment.catalog);
    for (const Graph::NodeId other : graph.dependencies(node)) {
      const std::string& name = graph.name(other);
      const bool is_read = reads(references, name);
      const bool needed = std::find(spec.needs.begin(), spec.needs.end(), name) != spec.needs.end();
      step.dependencies.push_back({name, is_read, joined(spec, playbook.steps[other]), is_read || needed});
      const RunStep& above = steps_[by_id_.at(graph.name(other))];
      step.after_a_move = step.after_a_move || above.after_a_move || !above.only_looks();
    }
    by_id_[spec.id] = steps_.size();
    steps_.push_back(std::move(step));
  }
}

const RunStep* StepTable::find(const std::string& id) const {
  if (const auto found = by_id_.find(id); found != by_id_.end()) return &steps_[found->second];
  const auto adhoc =
      std::find_if(adhoc_.begin(), adhoc_.end(), [&](const RunStep& step) { return step.id() == id; });
  return adhoc == adhoc_.end() ? nullptr : &*adhoc;
}

void StepTable::add_adhoc(const RunState& state) {
  for (const auto& [id, record] : state.items) {
    const StepType* type = record.adhoc ? environment_->catalog.find(record.adhoc->uses) : nullptr;
    if (!type) continue;
    const StepSpec& spec = adhoc_specs_.emplace_back(adhoc_spec(id, *record.adhoc));
    RunStep step{&spec, type};
    step.effect = record.adhoc->effect;
    adhoc_.push_back(std::move(step));
  }
}

std::vector<const RunStep*> StepTable::downstream(const std::string& id) const {
  std::vector<const RunStep*> found;
  const auto from = order_.graph.find(id);
  if (!from) return found;
  for (const Graph::NodeId node : mxodus::downstream(order_.graph, {*from}))
    found.push_back(find(order_.graph.name(node)));
  return found;
}

std::vector<const RunStep*> StepTable::upstream(const std::string& id) const {
  std::vector<const RunStep*> found;
  std::vector<std::string> left{id};
  std::map<std::string, bool> seen;
  while (!left.empty()) {
    const RunStep* step = find(left.back());
    left.pop_back();
    for (const Dependency& dependency : step->dependencies) {
      if (!seen.emplace(dependency.step, true).second) continue;
      found.push_back(find(dependency.step));
      left.push_back(dependency.step);
    }
  }
  return found;
}

Result<Instances> StepTable::instances(const RunStep& step, const Value& outputs) const {
  return instances_of(*playbook_, *step.spec, scope(outputs));
}

Instance StepTable::instance(const RunStep& step, const ItemId& id, const Value& outputs) const {
  if (auto all = instances(step, outputs); all)
    for (Instance& one : all->list)
      if (one.id == id) return std::move(one);
  return {id, {}, {}};
}

Result<bool> StepTable::holds(const Expression& expression, const Scope& scope) const {
  auto value = expression.evaluate(scope);
  if (!value) return tl::unexpected(value.error());
  if (const bool* held = value->get<bool>()) return *held;
  const std::string step = value->waits_for();
  if (!step.empty())
    return fail(ErrorKind::no_answer, "run.not-yet-known",
                expression.source() + " reads an output that " + step + " did not give");
  return fail(ErrorKind::invalid, "run.no-condition",
              expression.source() + " gives a " + kind_name(*value) + " where true or false is due");
}

Result<bool> StepTable::condition(const RunStep& step, const Value& outputs) const {
  if (!step.spec->condition) return true;
  return holds(*step.spec->condition, scope(outputs));
}

Result<bool> StepTable::until(const RunStep& step, const Instance& instance, const Value& outputs,
                              const Value& self) const {
  if (!step.rules().until) return true;
  Scope seen = scope(outputs);
  seen.item = &instance.item;
  seen.self = &self;
  return holds(*step.rules().until, seen);
}

Result<std::vector<std::size_t>> StepTable::breached(const RunStep& step, const Instance& instance,
                                                     const Value& outputs, const Value& self) const {
  Scope seen = scope(outputs);
  seen.item = &instance.item;
  seen.self = &self;
  std::vector<std::size_t> breached;
  for (std::size_t n = 0; n < step.rules().breach.size(); ++n) {
    auto held = holds(step.rules().breach[n].when, seen);
    if (!held) return tl::unexpected(held.error());
    if (*held) breached.push_back(n);
  }
  return breached;
}

Result<std::optional<NestedStep>> StepTable::undo_step(const RunStep& step, const Instance& instance,
                                                       const Value& outputs, const Value& self) const {
  if (step.rules().undo.is_null()) return std::optional<NestedStep>();
  Scope seen = scope(outputs);
  seen.item = &instance.item;
  seen.self = &self;
  auto written = evaluate_nested_step(environment_->catalog, step.rules().undo, seen);
  if (!written) return tl::unexpected(written.error());
  if (const std::string waits_for = written->waits_for(); !waits_for.empty())
    return fail(ErrorKind::not_found, "run.not-yet-known",
                "its `undo` reads an output that " + waits_for + " did not give");
  auto undo = read_nested_step(*written, "`undo`");
  if (!undo) return tl::unexpected(undo.error());
  if (undo->host.empty()) undo->host = instance.standpoint.host;
  return std::optional(std::move(*undo));
}

Result<Params> StepTable::params(const RunStep& step, const Instance& instance, const Value& outputs) const {
  Scope seen = scope(outputs);
  seen.item = &instance.item;
  return resolve_params(environment_->catalog, step.type->declaration(), step.spec->with, seen);
}

ItemLook StepTable::look(const RunStep& step, const Instance& instance, const Value& outputs,
                         const Deadline& deadline) const {
  return look_at(*environment_, request_for(*step.spec, *step.type, instance, scope(outputs)), deadline);
}

namespace {

bool gives_outputs(const ItemRecord& record) {
  return satisfies_edge(record.state) || record.state == ItemState::failed;
}

Value outputs_of(const ItemRecord& record) {
  return record.outputs.is_null() ? Value(ValueMap()) : record.outputs;
}

}  // namespace

Value outputs_for(const RunStep& step, const RunState& state) {
  ValueMap steps;
  for (const Dependency& dependency : step.dependencies) {
    const std::string& above = dependency.step;
    // Keyed where the step came to several items: by for_each, or by several vantages.
    ValueMap by_key;
    for (auto it = state.items.lower_bound({above, {}}); it != state.items.end() && it->first.step == above;
         ++it)
      if (gives_outputs(it->second)) by_key[it->first.item] = outputs_of(it->second);
    if (by_key.empty()) continue;
    const auto alone = by_key.find("");
    steps[above] = alone != by_key.end() ? alone->second : Value(std::move(by_key));
  }
  return steps;
}

}  // namespace mxodus
