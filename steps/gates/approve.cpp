#include "steps/gates/gate.h"

namespace mxodus {
namespace {

StepDeclaration declare_approve() {
  return {
      .name = "approve",
      .summary = "Asks a person for a yes before anything behind it begins",
      .doc = R"(The run stops here until somebody types `mxodus approve STEP`, or ends the way behind it with
`mxodus reject STEP --why …`. `--yes` confirms a plan and never a gate, and without a terminal nothing is approved: the
run parks with exit status 4.

The approval holds for what was shown: the question, the results under it and the plan of the changes behind it. If
one of these differs before the changes begin, the question is asked again and the difference is shown.)",
      .example = R"(loss_window:
  uses: approve
  with:
    question: "Mail from ${steps.backup.time} to ${inputs.outage_began} exists only on old. Go on?"
)",
      .params = {{.name = "question",
                  .doc = "What is asked, with the facts that the answer rests on.",
                  .required = true},
                 {.name = "people",
                  .type = ParamType::integer,
                  .doc = "How many different persons must approve.",
                  .fallback = 1},
                 {.name = "why",
                  .type = ParamType::boolean,
                  .doc = "Whether an approval needs a reason too; a rejection always does.",
                  .fallback = false}},
      .outputs = {{.name = "approved", .type = ParamType::boolean, .doc = "Whether it was approved."},
                  {.name = "why", .doc = "The reason that was given."}}};
}

class Approve final : public Gate {
 public:
  Approve() : Gate(declare_approve()) {}

  Result<void> check(const Params& params) const override {
    const auto* people = params.at("people").get<std::int64_t>();
    if (people && (*people < 1 || *people > 9))
      return fail(ErrorKind::invalid, "approve.people", "`people` is to be from 1 to 9");
    return {};
  }

  Result<Question> question(const Params& params) const override {
    return Question{.kind = GateKind::approve,
                    .text = params.text("question"),
                    .people = static_cast<int>(params.integer("people")),
                    .why_required = params.flag("why")};
  }

  Result<Finding> take_answer(const Params& params, const Answer& answer) const override {
    if (answer.why.empty() && (!answer.approved || params.flag("why")))
      return fail(ErrorKind::invalid, "gate.why", "a reason is needed", "add --why \"…\"");
    const ValueMap outputs = {{"approved", answer.approved}, {"why", answer.why}};
    if (answer.approved) return Finding{Verdict::ok, "approved", outputs, {}};
    return Finding{Verdict::fail, "rejected: " + answer.why, outputs, {}};
  }
};

}  // namespace

std::unique_ptr<StepType> make_approve() {
  return std::make_unique<Approve>();
}

}  // namespace mxodus
