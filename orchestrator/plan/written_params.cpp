#include "orchestrator/plan/written_params.h"

#include "orchestrator/plan/param_text.h"

namespace mxodus {

WrittenParams::WrittenParams(const Playbook& playbook, const Catalog& catalog, const ValueMap& inputs)
    : catalog_(catalog), hosts_(hosts_value(playbook)), unknown_(NotYetKnown{"the run"}) {
  ValueMap known = inputs;
  for (const InputSpec& input : playbook.inputs) known.emplace(input.name, unknown_);
  inputs_ = std::move(known);
}

Result<Value> WrittenParams::value(const ParamSpec& spec, const Node& written) const {
  return evaluate_param(catalog_, &spec, written, scope());
}

Params WrittenParams::of(const StepSpec& step, const StepDeclaration& type) const {
  ValueMap known;
  for (const Node::Entry& entry : step.with.entries()) {
    const ParamSpec* spec = find_param(type, entry.key);
    if (!spec) continue;
    auto written = value(*spec, entry.value);
    if (!written) continue;
    if (auto bound = bind_param(*spec, *written); bound && !bound->is_null())
      known.emplace(entry.key, std::move(*bound));
  }
  return Params(std::move(known));
}

}  // namespace mxodus
