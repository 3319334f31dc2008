#include <algorithm>

#include "orchestrator/core/text.h"
#include "steps/gates/gate.h"

namespace mxodus {
namespace {

StepDeclaration declare_choose() {
  return {
      .name = "choose",
      .summary = "Lets a person choose one of several ways to go on",
      .doc =
          R"(Steps behind it read the choice and run, or not, by their `if`. The suggestion is shown and never
taken by itself. The reason is asked for unless `why: false`: in the report, a choice without its reason helps nobody.)",
      .example = R"(pick_host:
  uses: choose
  with:
    question: Which host takes the mail?
    options: [celeri, concombre]
    suggestion: celeri
)",
      .params = {{.name = "question", .doc = "What is to be decided.", .required = true},
                 {.name = "options", .doc = "What can be chosen.", .required = true, .list = true},
                 {.name = "suggestion", .doc = "The option that the playbook's author would take."},
                 {.name = "why",
                  .type = ParamType::boolean,
                  .doc = "Whether a reason must be given.",
                  .fallback = true}},
      .outputs = {{.name = "choice", .doc = "The option that was chosen."},
                  {.name = "why", .doc = "The reason that was given."}}};
}

bool offers(const std::vector<std::string>& options, const std::string& option) {
  return std::find(options.begin(), options.end(), option) != options.end();
}

class Choose final : public Gate {
 public:
  Choose() : Gate(declare_choose()) {}

  Result<void> check(const Params& params) const override {
    if (!params.waits_for().empty()) return {};
    const std::vector<std::string> options = params.texts("options");
    if (options.size() < 2)
      return fail(ErrorKind::invalid, "choose.options", "`options` needs two at least, or it is no choice",
                  "use approve for a yes or no");
    const std::string suggestion = params.text("suggestion");
    if (!suggestion.empty() && !offers(options, suggestion))
      return fail(ErrorKind::invalid, "choose.suggestion",
                  "the suggestion \"" + suggestion + "\" is not among the options",
                  nearest(suggestion, options));
    return {};
  }

  Result<Question> question(const Params& params) const override {
    return Question{.kind = GateKind::choose,
                    .text = params.text("question"),
                    .options = params.texts("options"),
                    .suggestion = params.text("suggestion"),
                    .why_required = params.flag("why")};
  }

  Result<Finding> take_answer(const Params& params, const Answer& answer) const override {
    const std::vector<std::string> options = params.texts("options");
    if (!offers(options, answer.text))
      return fail(ErrorKind::invalid, "choose.answer",
                  "\"" + printable_line(answer.text) + "\" is not one of " + join(options, ", "),
                  nearest(answer.text, options));
    if (answer.why.empty() && params.flag("why"))
      return fail(ErrorKind::invalid, "gate.why", "a reason is needed", "add --why \"…\"");
    return Finding{Verdict::ok, "chosen: " + answer.text, {{"choice", answer.text}, {"why", answer.why}}, {}};
  }
};

}  // namespace

std::unique_ptr<StepType> make_choose() {
  return std::make_unique<Choose>();
}

}  // namespace mxodus
