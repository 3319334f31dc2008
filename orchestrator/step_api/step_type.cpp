#include "orchestrator/step_api/step_type.h"

#include <algorithm>

namespace mxodus {
namespace {

tl::unexpected<Error> not_offered(const StepType& type, const char* what) {
  return fail(ErrorKind::internal, "step.not-offered", type.declaration().name + " has no " + what);
}

std::string ending(const JobState& state) {
  if (const auto* done = std::get_if<JobDone>(&state))
    return "ended with exit status " + std::to_string(done->exit_status);
  if (const auto* lost = std::get_if<JobLost>(&state)) return "is over and nobody knows how: " + lost->why;
  return "has not ended";
}

bool succeeded(const EndedJob& job) {
  const auto* done = std::get_if<JobDone>(&job.state);
  return done && done->exit_status == 0;
}

}  // namespace

std::vector<std::string> StepType::output_names(const Params&) const {
  std::vector<std::string> names;
  for (const OutputSpec& output : declaration().outputs) names.push_back(output.name);
  return names;
}

Result<StepPlan> StepType::plan(const Params&, const Finding& found) const {
  StepPlan plan;
  plan.summary = found.sentence;
  if (found.verdict == Verdict::fail) plan.would_fail = found.sentence;
  return plan;
}

Result<Work> StepType::apply(const Params&, const StepPlan&) const {
  return not_offered(*this, "way to be applied");
}

Progress StepType::progress(const Params&, std::string_view) const {
  return {};
}

Result<Finding> StepType::finish(StepContext& context, const StepPlan&, const WorkResult& result) const {
  const auto bad = std::find_if_not(result.jobs.begin(), result.jobs.end(), succeeded);
  if (bad != result.jobs.end())
    return Finding{Verdict::fail, "the job on " + bad->host + " " + ending(bad->state), {}, {}};

  auto now = probe(context);
  if (!now) return now;
  auto left = plan(context.params(), *now);
  if (!left) return tl::unexpected(left.error());
  if (left->action == PlanAction::none) return now;
  now->verdict = Verdict::fail;
  now->sentence = "the work ended well, but the result is not there: " + left->summary;
  return now;
}

Result<Work> StepType::undo(const Params&, const Value&, const Finding&) const {
  return not_offered(*this, "way to be undone");
}

Result<Question> StepType::question(const Params&) const {
  return not_offered(*this, "question");
}

Result<Finding> StepType::take_answer(const Params&, const Answer&) const {
  return not_offered(*this, "answers");
}

void Catalog::add(std::unique_ptr<StepType> type) {
  std::string name = type->declaration().name;
  types_.emplace(std::move(name), std::move(type));
}

const StepType* Catalog::find(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? nullptr : found->second.get();
}

std::vector<const StepType*> Catalog::all() const {
  std::vector<const StepType*> types;
  for (const auto& [name, type] : types_) types.push_back(type.get());
  return types;
}

}  // namespace mxodus
