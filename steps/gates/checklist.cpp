#include <algorithm>

#include "orchestrator/core/text.h"
#include "steps/gates/gate.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

StepDeclaration declare_checklist() {
  return {
      .name = "checklist",
      .summary = "Has a person try things that no program can try, one by one",
      .doc =
          R"(Each item is answered with `ok`, `partly` or `fail`, and with evidence: what was seen, in whose client, at
what time. One `fail` fails the step, one `partly` makes it a warning. Every item needs its answer: a list that is half
ticked is not done, and what was not tried is not ok.)",
      .example = R"(clients:
  uses: checklist
  with:
    question: Read an old mail and send a new one with each.
    items: [Thunderbird, webmail, phone]
)",
      .params = {{.name = "question", .doc = "What is to be tried with each item."},
                 {.name = "items", .doc = "What is to be tried.", .required = true, .list = true}},
      .outputs = {
          {.name = "results", .type = ParamType::map, .doc = "For each item its result and the evidence."},
          {.name = "failed", .doc = "The items that failed.", .list = true},
          {.name = "partly", .doc = "The items that work in part.", .list = true}}};
}

ValueList as_values(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

class Checklist final : public Gate {
 public:
  Checklist() : Gate(declare_checklist()) {}

  Result<void> check(const Params& params) const override {
    if (!params.waits_for().empty()) return {};
    std::vector<std::string> items = params.texts("items");
    std::sort(items.begin(), items.end());
    if (items.empty()) return fail(ErrorKind::invalid, "checklist.empty", "`items` is empty");
    const auto twice = std::adjacent_find(items.begin(), items.end());
    if (twice != items.end())
      return fail(ErrorKind::invalid, "checklist.twice", "the item \"" + *twice + "\" is there twice");
    return {};
  }

  Result<Question> question(const Params& params) const override {
    return Question{
        .kind = GateKind::checklist, .text = params.text("question"), .items = params.texts("items")};
  }

  Result<Finding> take_answer(const Params& params, const Answer& answer) const override {
    const std::vector<std::string> items = params.texts("items");
    for (const auto& [item, given] : answer.items)
      if (std::find(items.begin(), items.end(), item) == items.end())
        return fail(ErrorKind::invalid, "checklist.item", "the list has no item \"" + item + "\"",
                    nearest(item, items));
    std::vector<std::string> failed, partly;
    for (const std::string& item : items) {
      const auto given = answer.items.find(item);
      const Value* result = given == answer.items.end() ? nullptr : given->second.find("result");
      if (!result) return fail(ErrorKind::invalid, "checklist.open", "\"" + item + "\" is not answered yet");
      if (*result != Value("ok") && text_in(given->second, "evidence").empty() &&
          (*result == Value("fail") || *result == Value("partly")))
        return fail(ErrorKind::invalid, "checklist.evidence",
                    "\"" + item + "\" is said to be " + to_string(*result) + ", and not what was seen",
                    "write \"" + item + "=" + to_string(*result) + ": what was seen\"");
      if (*result == Value("fail")) {
        failed.push_back(item);
      } else if (*result == Value("partly")) {
        partly.push_back(item);
      } else if (*result != Value("ok")) {
        return fail(ErrorKind::invalid, "checklist.result", "\"" + item + "\" is to be ok, partly or fail");
      }
    }
    return verdict_of(items.size(), failed, partly, answer.items);
  }

 private:
  static Finding verdict_of(std::size_t count, const std::vector<std::string>& failed,
                            const std::vector<std::string>& partly, const ValueMap& results) {
    Finding found;
    found.outputs = {{"results", results}, {"failed", as_values(failed)}, {"partly", as_values(partly)}};
    found.verdict = !failed.empty() ? Verdict::fail : !partly.empty() ? Verdict::warn : Verdict::ok;
    std::vector<std::string> parts;
    if (!failed.empty()) parts.push_back("failed: " + join(failed, ", "));
    if (!partly.empty()) parts.push_back("works in part: " + join(partly, ", "));
    found.sentence = parts.empty() ? "all " + std::to_string(count) + " items are ok" : join(parts, "; ");
    return found;
  }
};

}  // namespace

std::unique_ptr<StepType> make_checklist() {
  return std::make_unique<Checklist>();
}

}  // namespace mxodus
