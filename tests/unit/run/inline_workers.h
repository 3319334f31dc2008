#pragma once

#include <deque>

#include "orchestrator/run/workers.h"
#include "tests/support/fake_clock.h"

namespace mxodus {

/// Does blocking work in place, in the order in which it was begun or the newest first, and lets the fake
/// clock pass where the executor would wait.
class InlineWorkers final : public Workers {
 public:
  explicit InlineWorkers(FakeClock& clock) : clock_(clock) {}

  void start(BlockingWork work) override { waiting_.push_back(std::move(work)); }
  std::optional<Completion> next(std::chrono::milliseconds at_most) override {
    const bool later = one_at_a_time && at_most.count() == 0;
    if (waiting_.empty() || later) {
      clock_.advance(at_most);
      return std::nullopt;
    }
    BlockingWork work = std::move(newest_first ? waiting_.back() : waiting_.front());
    newest_first ? waiting_.pop_back() : waiting_.pop_front();
    return work();
  }
  void wake() override {}

  bool newest_first = false;
  bool one_at_a_time = false;  ///< nothing else has ended by the time that something has

 private:
  FakeClock& clock_;
  std::deque<BlockingWork> waiting_;
};

}  // namespace mxodus
