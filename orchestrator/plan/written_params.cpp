#include "orchestrator/plan/written_params.h"

#include "orchestrator/playbook/template.h"

namespace mxodus {

WrittenParams::WrittenParams(const Playbook& playbook, const ValueMap& inputs)
    : hosts_(hosts_value(playbook)), unknown_(NotYetKnown{"the run"}) {
  ValueMap known = inputs;
  for (const InputSpec& input : playbook.inputs) known.emplace(input.name, unknown_);
  inputs_ = std::move(known);
}

Params WrittenParams::of(const StepSpec& step, const StepDeclaration& type) const {
  ValueMap known;
  for (const Node::Entry& entry : step.with.entries()) {
    const ParamSpec* spec = find_param(type, entry.key);
    if (!spec) continue;
    auto value = spec->raw ? Result<Value>(plain_value(entry.value)) : evaluate(entry.value, scope());
    if (!value) continue;
    if (auto bound = bind_param(*spec, *value); bound && !bound->is_null())
      known.emplace(entry.key, std::move(*bound));
  }
  return Params(std::move(known));
}

}  // namespace mxodus
