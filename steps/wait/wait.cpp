#include "steps/wait/wait.h"

namespace mxodus {
namespace {

StepDeclaration declare_wait() {
  return {
      .name = "wait",
      .kind = StepKind::wait,
      .summary = "Lets time pass, across any number of restarts",
      .doc =
          R"(Takes `for` or `at`, one of the two. The moment at which it ends is fixed when the step begins and kept in
the journal: a laptop that sleeps, or a `resume` a week later, neither shortens nor lengthens it. To wait until
something becomes true, give the step that looks at it `until` and `every` instead.)",
      .example = R"(old_ttl_runs_out:
  uses: wait
  with: {for: 1h}
)",
      .params = {{.name = "for",
                  .type = ParamType::duration,
                  .doc = "How long to wait, from the beginning of the step."},
                 {.name = "at", .type = ParamType::time, .doc = "The moment until which to wait."}}};
}

class Wait final : public StepType {
 public:
  const StepDeclaration& declaration() const override { return declaration_; }

  Result<void> check(const Params& params) const override {
    if (params.has("for") == params.has("at"))
      return fail(ErrorKind::invalid, "wait.which", "wait takes either `for` or `at`",
                  "write {for: 24h} or {at: 2024-05-12T20:00+02:00}");
    return {};
  }

  Result<Finding> probe(StepContext&) const override {
    return Finding{Verdict::ok, "time has to pass", {}, {}};
  }

  Result<StepPlan> plan(const Params& params, const Finding&) const override {
    StepPlan plan;
    plan.action = PlanAction::wait;
    if (const auto length = params.duration("for")) {
      plan.summary = "wait for " + to_string(*length);
      plan.eta = *length;
    }
    if (const auto moment = params.time("at")) plan.summary = "wait until " + to_local_string(*moment);
    // An output that a step above left out reads as nothing: that is no wait that is over.
    if (plan.summary.empty() && params.waits_for().empty())
      plan.would_fail =
          "nothing says how long to wait: the step whose output `at` or `for` reads did not give it";
    return plan;
  }

 private:
  StepDeclaration declaration_ = declare_wait();
};

}  // namespace

std::unique_ptr<StepType> make_wait() {
  return std::make_unique<Wait>();
}

}  // namespace mxodus
