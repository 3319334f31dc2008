#include "orchestrator/plan/step_references.h"

#include "orchestrator/plan/param_text.h"

namespace mxodus {

std::vector<Reference> references_of(const StepSpec& step, const Catalog& catalog) {
  std::vector<Reference> references;
  const auto take = [&](const Node& scalar) {
    const auto parsed = Template::parse(scalar);
    if (!parsed) return;
    for (const Expression& part : parsed->expressions())
      references.insert(references.end(), part.references().begin(), part.references().end());
  };
  if (step.condition)
    references.insert(references.end(), step.condition->references().begin(),
                      step.condition->references().end());
  for (const Node* node : {&step.for_each, &step.host, &step.from}) for_each_template(*node, take);
  for_each_template_in(catalog, catalog.find(step.uses)->declaration(), step.with, take);
  return references;
}

}  // namespace mxodus
