#include "orchestrator/cli/notify.h"

#include <algorithm>

#include "orchestrator/core/process.h"
#include "orchestrator/journal/event_data.h"
#include "orchestrator/report/event_words.h"

namespace mxodus {
namespace {

constexpr std::chrono::seconds patience{30};

/// The name under `notify: on:` that an event has; empty for events that nobody is told of.
std::string notify_name(const Event& event) {
  switch (event.type) {
    case EventType::run_parked:
      return "parked";
    case EventType::run_ended:
      return "done";
    case EventType::gate_opened:
      return "gate";
    case EventType::step_state:
      return decode<StateChange>(event.data).state == ItemState::reconnecting ? "reconnecting" : "";
    case EventType::attempt_in_doubt:
      return "failed";
    case EventType::attempt_result:
      return decode<AttemptResult>(event.data).state == ItemState::failed ? "failed" : "";
    default:
      return "";
  }
}

}  // namespace

Notifier::Notifier(const Playbook& playbook, std::string run) : playbook_(playbook), run_(std::move(run)) {}

void Notifier::see(const RunEvent& event) {
  const auto* recorded = std::get_if<Recorded>(&event);
  if (!recorded || !playbook_.notify) return;
  const std::string name = notify_name(recorded->event);
  if (name.empty()) return;
  const StepSpec* step = playbook_.find_step(recorded->event.id.step);
  const auto& on = step && !step->rules.notify.empty() ? step->rules.notify : playbook_.notify->on;
  if (std::find(on.begin(), on.end(), name) != on.end())
    tell(name, to_string(recorded->event.id), words_for(recorded->event).sentence);
}

void Notifier::tell(const std::string& what, const std::string& step, const std::string& text) {
  Command command{playbook_.notify->command};
  command.env = {{"MXODUS_EVENT", what}, {"MXODUS_RUN", run_}, {"MXODUS_STEP", step}, {"MXODUS_TEXT", text}};
  auto result = run_process(command, Deadline(patience));
  if (!result || !result->exited_with(0))
    std::fprintf(stderr, "notify: %s\n",
                 (result ? to_string(result->outcome) : result.error().message).c_str());
}

}  // namespace mxodus
