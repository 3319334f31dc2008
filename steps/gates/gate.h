#pragma once

#include "orchestrator/step_api/step_type.h"

namespace mxodus {

/// What all questions to people share: there is nothing to look at and nothing to do but to ask. The engine
/// shows question(), waits for an answer in the journal and hands it to take_answer().
class Gate : public StepType {
 public:
  explicit Gate(StepDeclaration declaration);

  const StepDeclaration& declaration() const override { return declaration_; }
  Result<Finding> probe(StepContext& context) const override;
  /// Asks, with the question's text as its summary.
  Result<StepPlan> plan(const Params& params, const Finding& found) const override;

 private:
  StepDeclaration declaration_;
};

std::unique_ptr<StepType> make_approve();
std::unique_ptr<StepType> make_choose();
std::unique_ptr<StepType> make_answer();
std::unique_ptr<StepType> make_checklist();
std::unique_ptr<StepType> make_task();

}  // namespace mxodus
