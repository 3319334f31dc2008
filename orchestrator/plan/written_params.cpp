#include "orchestrator/plan/written_params.h"

#include "orchestrator/plan/param_text.h"

namespace mxodus {

WrittenParams::WrittenParams(const Playbook& playbook, const Catalog& catalog, const ValueMap& inputs)
    : catalog_(catalog), hosts_(hosts_value(playbook)), unknown_(NotYetKnown{"the run"}) {
  ValueMap known = inputs;
  for (const InputSpec& input : playbook.inputs) known.emplace(input.name, unknown_);
  inputs_ = std::move(known);
}

std::string WrittenParams::text(const Node& written) const {
  if (written.is_null()) return {};
  auto value = evaluate(written, scope());
  const auto* text = value ? value->get<std::string>() : nullptr;
  return text ? *text : std::string();
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
