#include "steps/gates/gate.h"

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

StepDeclaration as_gate(StepDeclaration declaration) {
  declaration.kind = StepKind::gate;
  declaration.effect = Effect::observe;
  declaration.host = HostUse::none;
  return declaration;
}

}  // namespace

Gate::Gate(StepDeclaration declaration) : declaration_(as_gate(std::move(declaration))) {}

Result<Finding> Gate::probe(StepContext&) const {
  return Finding{Verdict::ok, "a person has to answer", {}, {}};
}

Result<StepPlan> Gate::plan(const Params& params, const Finding&) const {
  auto asked = question(params);
  if (!asked) return tl::unexpected(asked.error());
  StepPlan plan;
  plan.action = PlanAction::ask;
  plan.summary = printable_line(asked->text);
  return plan;
}

}  // namespace mxodus
