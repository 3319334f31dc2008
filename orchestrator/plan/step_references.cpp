#include "orchestrator/plan/step_references.h"

#include "orchestrator/playbook/template.h"
#include "orchestrator/step_api/params.h"

namespace mxodus {

std::vector<Reference> references_of(const StepSpec& step, const StepDeclaration& type) {
  std::vector<Reference> references;
  const auto take = [&](const Node& node) {
    for_each_template(node, [&](const Node& scalar) {
      const auto parsed = Template::parse(scalar);
      if (!parsed) return;
      for (const Expression& part : parsed->expressions())
        references.insert(references.end(), part.references().begin(), part.references().end());
    });
  };
  if (step.condition)
    references.insert(references.end(), step.condition->references().begin(),
                      step.condition->references().end());
  take(step.for_each);
  take(step.host);
  take(step.from);
  for (const Node::Entry& entry : step.with.entries()) {
    const ParamSpec* spec = find_param(type, entry.key);
    if (!spec || !spec->raw) take(entry.value);
  }
  return references;
}

}  // namespace mxodus
