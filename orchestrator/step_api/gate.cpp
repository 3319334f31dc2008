#include "orchestrator/step_api/gate.h"

namespace mxodus {

Value to_value(const Answer& answer) {
  ValueMap map = {{"approved", answer.approved}};
  if (!answer.text.empty()) map.emplace("text", answer.text);
  if (!answer.items.empty()) map.emplace("items", answer.items);
  if (!answer.why.empty()) map.emplace("why", answer.why);
  return map;
}

Answer answer_from_value(const Value& value) {
  const auto text = [&](const char* key) {
    const Value* held = value.find(key);
    return held && held->get<std::string>() ? *held->get<std::string>() : std::string();
  };
  Answer answer;
  if (const Value* approved = value.find("approved"); approved && approved->get<bool>())
    answer.approved = *approved->get<bool>();
  answer.text = text("text");
  answer.why = text("why");
  if (const Value* items = value.find("items"); items && items->get<ValueMap>())
    answer.items = *items->get<ValueMap>();
  return answer;
}

}  // namespace mxodus
