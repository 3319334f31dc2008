#include "orchestrator/report/gate_text.h"

#include "orchestrator/core/text.h"

namespace mxodus {

std::string offer_text(const Question& question, const Style& style, std::size_t indent) {
  std::string text;
  const auto line = [&](const std::string& mark, const std::string& words) {
    const std::size_t margin = indent + mark.size();
    const std::size_t room = style.width > margin + 20 ? style.width - margin : 20;
    text += std::string(indent, ' ') + mark + wrap(printable_line(words, 400), room, margin) + "\n";
  };
  for (const std::string& option : question.options)
    line("( ) ", option + (option == question.suggestion ? ", suggested" : ""));
  for (const std::string& item : question.items) line("[ ] ", item);
  if (question.kind == GateKind::answer && !question.suggestion.empty())
    line("", "suggested: " + question.suggestion);
  if (question.people > 1) line("", "asks " + std::to_string(question.people) + " different people");
  return text;
}

}  // namespace mxodus
