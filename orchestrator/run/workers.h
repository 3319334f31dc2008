#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace mxodus {

/// What a piece of blocking work leaves to be done on the executor's own thread, where plan, journal and
/// observers live.
using Completion = std::function<void()>;
/// A piece of blocking work, bounded by a deadline of its own. Runs on a worker thread.
using BlockingWork = std::function<Completion()>;

/// Where the executor's loop meets threads and time: blocking work goes out, completions come back. Tests
/// run the work in place and let a fake clock pass instead of waiting.
class Workers {
 public:
  virtual ~Workers() = default;

  /// Begins `work` as soon as a thread is free. Never blocks.
  virtual void start(BlockingWork work) = 0;

  /// The next completion, or nothing after `at_most` or a wake(). Called by the executor's thread only.
  virtual std::optional<Completion> next(std::chrono::milliseconds at_most) = 0;

  /// Ends the next() that is waiting, or the one to come. Any thread; also from a signal-handling thread.
  virtual void wake() = 0;
};

/// Workers on a bounded number of threads. The destructor waits for the work that still runs, which its owner
/// has asked to stop by then, and drops what was not begun and every completion.
class ThreadWorkers final : public Workers {
 public:
  explicit ThreadWorkers(std::size_t threads);
  ~ThreadWorkers() override;

  void start(BlockingWork work) override;
  std::optional<Completion> next(std::chrono::milliseconds at_most) override;
  void wake() override;

 private:
  void work_until_closed();

  std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable completion_came_;
  std::deque<BlockingWork> waiting_;
  std::deque<Completion> completed_;
  bool woken_ = false;
  bool closed_ = false;
  std::vector<std::jthread> threads_;  ///< last: joined before the queues go
};

}  // namespace mxodus
