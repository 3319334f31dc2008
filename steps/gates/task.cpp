#include "orchestrator/core/text.h"
#include "steps/gates/gate.h"

namespace mxodus {
namespace {

StepDeclaration declare_task() {
  return {
      .name = "task",
      .summary = "Says what a person must do, and looks whether it is done",
      .doc =
          R"(For what mxodus cannot do: a setting in a provider's web page, a port forward in a router, a host to
carry elsewhere. With `done_if` an observing step is tried again and again, and the task is done when it is ok, with
nobody having to say so; the person's word does not replace it. Without `done_if` the task is done when somebody types
`mxodus approve STEP`.)",
      .example = R"(open_port_25:
  uses: task
  with:
    text: Unblock port 25 in the router and forward 25, 465 and 993 to celeri.
    done_if:
      uses: net.reach
      from: new
      with: {to: "mx:gmail.com", protocol: smtp}
)",
      .params = {{.name = "text",
                  .doc = "What is to be done, where, and with which values.",
                  .required = true},
                 {.name = "done_if",
                  .type = ParamType::step,
                  .doc = "An observing step that holds when the task is done."}},
      .outputs = {{.name = "why", .doc = "What was said about it."}}};
}

class Task final : public Gate {
 public:
  Task() : Gate(declare_task()) {}

  Result<Question> question(const Params& params) const override {
    Question question{.kind = GateKind::task, .text = params.text("text")};
    if (!params.has("done_if")) return question;
    auto step = read_nested_step(params.at("done_if"), "`done_if`");
    if (!step) return tl::unexpected(step.error());
    question.done_if = std::move(*step);
    return question;
  }

  Result<Finding> take_answer(const Params&, const Answer& answer) const override {
    const ValueMap outputs = {{"why", answer.why}};
    if (answer.approved) return Finding{Verdict::ok, "reported as done", outputs, {}};
    return Finding{Verdict::fail, "refused: " + answer.why, outputs, {}};
  }
};

}  // namespace

std::unique_ptr<StepType> make_task() {
  return std::make_unique<Task>();
}

}  // namespace mxodus
