#include "orchestrator/step_api/nested_step.h"

namespace mxodus {

Result<NestedStep> read_nested_step(const Value& written, const std::string& what) {
  const auto* parts = written.get<ValueMap>();
  if (!parts || !parts->contains("uses"))
    return fail(ErrorKind::invalid, "step.nested", what + " does not say what it uses",
                "write {uses: TYPE, with: {…}}");
  NestedStep step;
  for (const auto& [key, part] : *parts) {
    const auto* text = part.get<std::string>();
    const auto* map = part.get<ValueMap>();
    if (key == "uses" && text) {
      step.uses = *text;
    } else if (key == "host" && text) {
      step.host = *text;
    } else if (key == "from" && text) {
      step.from = *text;
    } else if (key == "with" && map) {
      step.with = *map;
    } else {
      return fail(ErrorKind::invalid, "step.nested",
                  what + " cannot hold `" + key + "` with " + kind_name(part),
                  "it takes uses, with, host and from");
    }
  }
  return step;
}

}  // namespace mxodus
