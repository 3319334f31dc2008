#include "orchestrator/run/workers.h"

namespace mxodus {

ThreadWorkers::ThreadWorkers(std::size_t threads) {
  threads_.reserve(threads);
  for (std::size_t n = 0; n < threads; ++n) threads_.emplace_back([this] { work_until_closed(); });
}

ThreadWorkers::~ThreadWorkers() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_.clear();
  }
  work_came_.notify_all();
}

void ThreadWorkers::start(BlockingWork work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  work_came_.notify_one();
}

std::optional<Completion> ThreadWorkers::next(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  completion_came_.wait_for(lock, at_most, [this] { return woken_ || !completed_.empty(); });
  woken_ = false;
  if (completed_.empty()) return std::nullopt;
  Completion completion = std::move(completed_.front());
  completed_.pop_front();
  return completion;
}

void ThreadWorkers::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  completion_came_.notify_one();
}

void ThreadWorkers::work_until_closed() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_came_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (closed_) return;
    BlockingWork work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Completion completion = work();
    work = nullptr;  // what the work captured goes before its completion can be seen
    lock.lock();
    completed_.push_back(std::move(completion));
    completion_came_.notify_one();
  }
}

}  // namespace mxodus
