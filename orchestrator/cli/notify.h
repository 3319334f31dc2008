#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "orchestrator/core/command.h"
#include "orchestrator/playbook/playbook.h"
#include "orchestrator/run/observer.h"

namespace mxodus {

/// Runs the playbook's `notify:` command when something happens that a person should know of. The command
/// gets the event in MXODUS_EVENT, MXODUS_RUN, MXODUS_STEP and MXODUS_TEXT; no shell is between. Calls are
/// made one after the other on a thread of their own, each for `patience` at most, so that a hook that fails
/// or hangs never changes or delays the run. A failed attempt that is tried again by itself is nobody's
/// business yet.
class Notifier final : public Observer {
 public:
  /// Whether a retry follows the failed attempt whose result this event is.
  using TriedAgain = std::function<bool(const Event& result)>;

  Notifier(const Playbook& playbook, std::string run, TriedAgain tried_again = {},
           std::chrono::milliseconds patience = std::chrono::seconds(30));
  ~Notifier() override { finish(); }
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  void see(const RunEvent& seen) override;

  /// Waits for the calls that are not over, for `patience` in all, those about the run as a whole before all
  /// others, and says on stderr what went wrong with any. Nothing is called afterwards.
  void finish();

 private:
  struct Call {
    Command command;
    bool of_the_run = false;  ///< it parks, or it has ended
  };
  std::string name_of(const Event& event) const;
  void work(const std::stop_token& stop);
  void note_failure(const std::string& what);

  const Playbook& playbook_;
  const std::string run_;
  const TriedAgain tried_again_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Call> waiting_;
  bool calling_ = false;
  bool finished_ = false;
  int failures_ = 0;
  std::string last_failure_;
  std::jthread thread_;  ///< last; begun at the first call
};

}  // namespace mxodus
