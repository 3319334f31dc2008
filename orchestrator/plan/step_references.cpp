#include "orchestrator/plan/step_references.h"

#include "orchestrator/plan/param_text.h"

namespace mxodus {

std::vector<Reference> references_of(const StepSpec& step, const Catalog& catalog) {
  std::vector<Reference> references;
  const auto take_expression = [&](const Expression& expression) {
    const auto& read = expression.references();
    references.insert(references.end(), read.begin(), read.end());
  };
  const auto take = [&](const Node& scalar) {
    const auto parsed = Template::parse(scalar);
    if (!parsed) return;
    for (const Expression& part : parsed->expressions()) take_expression(part);
  };
  if (step.condition) take_expression(*step.condition);
  if (step.rules.until) take_expression(*step.rules.until);
  for (const BreachRule& breach : step.rules.breach) take_expression(breach.when);
  for (const Node* node : {&step.for_each, &step.host, &step.from}) for_each_template(*node, take);
  for_each_template_in(catalog, catalog.find(step.uses)->declaration(), step.with, take);
  for_each_template_in_step(catalog, step.rules.undo, take);
  return references;
}

}  // namespace mxodus
