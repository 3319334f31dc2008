#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "orchestrator/playbook/diagnostic.h"
#include "orchestrator/playbook/load.h"
#include "orchestrator/playbook/step_order.h"
#include "orchestrator/playbook/template.h"

namespace mxodus {
namespace {

std::optional<StepTraits> traits(const StepSpec& step) {
  return StepTraits{step.uses == "look" ? Effect::observe : Effect::change, false, {"script"}, {}};
}

/// What a playbook from a stranger goes through before anybody has looked at it.
void validate_and_evaluate(std::string_view text) {
  LoadedPlaybook loaded = load_playbook(text, "fuzz.yaml");
  const StepOrder order = order_steps(loaded.playbook, traits);
  merge_diagnostics(loaded.faults, order.faults);
  for (const Error& fault : loaded.faults)
    if (render_diagnostic(fault, text).empty()) std::abort();
  if (!loaded.faults.empty()) return;
  if (order.sequence.size() != loaded.playbook.steps.size()) std::abort();
  const Value hosts = hosts_value(loaded.playbook);
  for (const StepSpec& step : loaded.playbook.steps) {
    Scope scope;
    scope.hosts = &hosts;
    static_cast<void>(evaluate(step.with, scope));
  }
}

}  // namespace
}  // namespace mxodus

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxodus::validate_and_evaluate({reinterpret_cast<const char*>(data), size});
  return 0;
}
