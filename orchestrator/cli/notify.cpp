#include "orchestrator/cli/notify.h"

#include <algorithm>

#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "orchestrator/journal/event_data.h"
#include "orchestrator/report/event_words.h"

namespace mxodus {
namespace {

/// A person wonders why nothing happens.
constexpr std::chrono::milliseconds noticed{2'000};

/// The name under `notify: on:` that an event has; empty for events that nobody is told of.
std::string notify_name(const Event& event) {
  switch (event.type) {
    case EventType::run_parked:
      return "parked";
    case EventType::run_ended:
      return decode<RunStopped>(event.data).exit_code == 0 ? "done" : "failed";
    case EventType::gate_opened:
      return "gate";
    case EventType::step_state: {
      const ItemState state = decode<StateChange>(event.data).state;
      return state == ItemState::reconnecting ? "reconnecting" : state == ItemState::failed ? "failed" : "";
    }
    case EventType::host_lost:
      return "reconnecting";
    case EventType::attempt_in_doubt:
      return "failed";
    case EventType::attempt_result:
    case EventType::undo_result:
      return decode<AttemptResult>(event.data).state == ItemState::failed ? "failed" : "";
    default:
      return "";
  }
}

}  // namespace

Notifier::Notifier(const Playbook& playbook, std::string run, TriedAgain tried_again,
                   std::chrono::milliseconds patience)
    : playbook_(playbook), run_(std::move(run)), tried_again_(std::move(tried_again)), patience_(patience) {}

/// The name that the event is told by; empty where nobody is told.
std::string Notifier::name_of(const Event& event) const {
  const std::string name = notify_name(event);
  if (name.empty()) return {};
  const StepSpec* step = playbook_.find_step(event.id.step);
  const auto& on = step && !step->rules.notify.empty() ? step->rules.notify : playbook_.notify->on;
  if (std::find(on.begin(), on.end(), name) == on.end()) return {};
  const bool goes_on = event.type == EventType::attempt_result && tried_again_ && tried_again_(event);
  return goes_on ? std::string() : name;
}

void Notifier::see(const RunEvent& seen) {
  const auto* recorded = std::get_if<Recorded>(&seen);
  if (!recorded || !playbook_.notify) return;
  const Event& event = recorded->event;
  const std::string name = name_of(event);
  if (name.empty()) return;

  Command command{playbook_.notify->command};
  command.env = {{"MXODUS_EVENT", name},
                 {"MXODUS_RUN", run_},
                 {"MXODUS_STEP", to_string(event.id)},
                 {"MXODUS_TEXT", words_for(event).sentence}};
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  const bool of_the_run = event.type == EventType::run_parked || event.type == EventType::run_ended;
  waiting_.push_back({std::move(command), of_the_run});
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  changed_.notify_all();
}

void Notifier::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); }) && !stop.stop_requested()) {
    const Command command = std::move(waiting_.front().command);
    waiting_.pop_front();
    calling_ = true;
    lock.unlock();
    const auto result = run_process(command, Deadline(patience_, stop));
    lock.lock();
    calling_ = false;
    if (!result)
      note_failure(result.error().message);
    else if (!result->exited_with(0))
      note_failure(shell_quote(command.argv) + ": " + to_string(result->outcome));
    changed_.notify_all();
  }
}

void Notifier::note_failure(const std::string& what) {
  ++failures_;
  last_failure_ = what;
}

void Notifier::finish() {
  {
    std::unique_lock lock(mutex_);
    if (finished_) return;
    finished_ = true;
    // There may not be time for all: how it stands now matters more than what happened on the way.
    std::stable_partition(waiting_.begin(), waiting_.end(), [](const Call& call) { return call.of_the_run; });
    const auto idle = [this] { return waiting_.empty() && !calling_; };
    if (!changed_.wait_for(lock, std::min(patience_, noticed), idle)) {
      std::fprintf(stderr, "waiting for the notify command\n");
      changed_.wait_for(lock, patience_ - std::min(patience_, noticed), idle);
    }
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  if (!waiting_.empty()) note_failure(std::to_string(waiting_.size()) + " calls were not made any more");
  if (failures_ > 0)
    std::fprintf(stderr, "notify: %s (%d of its calls failed; the run is not affected)\n",
                 printable_line(last_failure_, 400).c_str(), failures_);
}

}  // namespace mxodus
