#include <array>

#include "orchestrator/core/text.h"
#include "orchestrator/step_api/params.h"
#include "steps/gates/gate.h"

namespace mxodus {
namespace {

struct AnswerType {
  const char* name;
  ParamType type;
};
constexpr std::array<AnswerType, 10> answer_types = {{{"text", ParamType::text},
                                                      {"integer", ParamType::integer},
                                                      {"boolean", ParamType::boolean},
                                                      {"size", ParamType::size},
                                                      {"duration", ParamType::duration},
                                                      {"time", ParamType::time},
                                                      {"ratio", ParamType::ratio},
                                                      {"path", ParamType::path},
                                                      {"address", ParamType::address},
                                                      {"hostname", ParamType::hostname}}};

std::vector<std::string> type_names() {
  std::vector<std::string> names;
  for (const AnswerType& type : answer_types) names.emplace_back(type.name);
  return names;
}

ParamType type_named(const std::string& name) {
  for (const AnswerType& type : answer_types)
    if (name == type.name) return type.type;
  return ParamType::text;
}

StepDeclaration declare_answer() {
  return {
      .name = "answer",
      .summary = "Asks a person for a value that steps behind it use",
      .doc =
          R"(For what only a person knows and only now: the size of a store that cannot be reached, the number of
a provider's ticket. What was typed must be of the type asked for; a size or a duration needs its unit. A time without an
offset is local time and is shown again with its age, so that yesterday is not taken for today.)",
      .example = R"(ticket:
  uses: answer
  with:
    question: What is the number of the ticket at the provider?
    type: text
)",
      .params = {{.name = "question", .doc = "What is asked.", .required = true},
                 {.name = "type",
                  .type = ParamType::enumeration,
                  .doc = "What kind of value the answer is.",
                  .fallback = "text",
                  .choices = type_names()},
                 {.name = "suggestion", .doc = "What it will most likely be; shown, never taken by itself."}},
      .outputs = {{.name = "answer", .type = ParamType::any, .doc = "The value, of the type asked for."},
                  {.name = "why", .doc = "What was said about it."}}};
}

/// What a person typed, as the playbook would have written it.
Value typed_value(ParamType type, const std::string& text) {
  if (type == ParamType::boolean) {
    if (text == "yes" || text == "true") return true;
    if (text == "no" || text == "false") return false;
  }
  if (type == ParamType::integer && !text.empty() && text.size() < 18 &&
      text.find_first_not_of("0123456789", text.front() == '-' ? 1 : 0) == std::string::npos && text != "-")
    return std::int64_t{std::stoll(text)};
  return text;
}

class AnswerGate final : public Gate {
 public:
  AnswerGate() : Gate(declare_answer()) {}

  Result<Question> question(const Params& params) const override {
    return Question{
        .kind = GateKind::answer, .text = params.text("question"), .suggestion = params.text("suggestion")};
  }

  Result<Finding> take_answer(const Params& params, const Answer& answer) const override {
    const std::string text(trim(answer.text));
    if (text.empty()) return fail(ErrorKind::invalid, "answer.empty", "the answer is empty");
    const ParamType type = type_named(params.text("type"));
    const ParamSpec spec{.name = "answer", .type = type};
    auto value = bind_value(type, spec, typed_value(type, text));
    if (!value) return tl::unexpected(value.error());
    std::string sentence = "answered: " + to_string(*value);
    return Finding{Verdict::ok, std::move(sentence), {{"answer", *value}, {"why", answer.why}}, {}};
  }
};

}  // namespace

std::unique_ptr<StepType> make_answer() {
  return std::make_unique<AnswerGate>();
}

}  // namespace mxodus
