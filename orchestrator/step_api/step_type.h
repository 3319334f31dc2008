#pragma once

#include <map>
#include <memory>
#include <string>

#include "orchestrator/step_api/context.h"
#include "orchestrator/step_api/declaration.h"
#include "orchestrator/step_api/finding.h"
#include "orchestrator/step_api/gate.h"
#include "orchestrator/step_api/work.h"

namespace mxodus {

/// A kind of step: how to look, what would be done, how to do it, how to see that it is done, how to take it
/// back. Stateless; every method may be called from any thread, several at a time.
///
/// The life of a step: probe → plan → (intent durable) → apply → finish. An observing type whose look is
/// short implements probe() alone. After a crash in the middle the engine asks the job, or calls probe() and
/// plan() again: a plan with nothing left to do settles it as done.
class StepType {
 public:
  virtual ~StepType() = default;

  virtual const StepDeclaration& declaration() const = 0;

  /// The effect with these parameters; may only be less than or equal to the declared one (`files.ownership`
  /// without `fix` only observes), except for types whose declaration says that a parameter decides
  /// (`command`).
  virtual Effect effect(const Params&) const { return declaration().effect; }

  /// Those of the declared tags that hold with these parameters, as far as they are known; for lint.
  virtual std::vector<std::string> tags(const Params&) const { return declaration().tags; }

  /// The outputs that a step with these parameters gives: the declared ones, and those that the playbook
  /// names.
  virtual std::vector<std::string> output_names(const Params& params) const;

  /// Whether parameters that are well typed make sense together; says so before any connection is made.
  virtual Result<void> check(const Params&) const { return {}; }

  /// Looks, and changes nothing. An error is "could not ask": the engine takes it as Verdict::unknown, or,
  /// for `unreachable`, as the host's trouble and not the step's.
  virtual Result<Finding> probe(StepContext& context) const = 0;

  /// Pure: what would be done, given what was found. The default has nothing to do and would fail where the
  /// finding fails.
  virtual Result<StepPlan> plan(const Params& params, const Finding& found) const;

  /// Pure: the work that does what the plan says. Only called for plans with something to do.
  virtual Result<Work> apply(const Params& params, const StepPlan& plan) const;

  /// How far `output_tail` (the last 64 KiB of a job's output) says the work has come.
  virtual Progress progress(const Params& params, std::string_view output_tail) const;

  /// After the work has ended: what it said and what is now so. The default asks for exit status 0 and then
  /// verifies: probes again and wants a plan with nothing left to do.
  virtual Result<Finding> finish(StepContext& context, const StepPlan& plan, const WorkResult& result) const;

  /// Pure: the work that takes back what `undo` (from the step's plan) describes. `now` is a fresh probe;
  /// where it is not what the step left behind the answer is an error of kind `drift`.
  virtual Result<Work> undo(const Params& params, const Value& undo, const Finding& now) const;

  /// Gates only: the question, with all parameters known.
  virtual Result<Question> question(const Params& params) const;
  /// Gates only: the outputs that an answer gives, or why it is not one.
  virtual Result<Finding> take_answer(const Params& params, const Answer& answer) const;
};

/// All step types by name. Built once by `steps/catalog.cpp`; read by every thread.
class Catalog {
 public:
  void add(std::unique_ptr<StepType> type);
  /// nullptr where there is none of that name.
  const StepType* find(std::string_view name) const;
  /// In alphabetical order.
  std::vector<const StepType*> all() const;

 private:
  std::map<std::string, std::unique_ptr<StepType>, std::less<>> types_;
};

}  // namespace mxodus
