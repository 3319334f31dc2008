#pragma once

#include <chrono>
#include <stop_token>

namespace mxodus {

/// When to give up: at a moment of the monotonic clock, or at once when somebody asks to stop. Passed
/// down by value through every call that may block.
class Deadline {
 public:
  using SteadyClock = std::chrono::steady_clock;

  Deadline(std::chrono::milliseconds from_now, std::stop_token stop = {})
      : at_(SteadyClock::now() + from_now), stop_(std::move(stop)) {}

  /// The earlier of this and `from_now`, with the same stop token.
  Deadline at_most(std::chrono::milliseconds from_now) const {
    Deadline shorter(from_now, stop_);
    if (at_ < shorter.at_) shorter.at_ = at_;
    return shorter;
  }

  bool stopped() const { return stop_.stop_requested(); }
  bool passed() const { return stopped() || SteadyClock::now() >= at_; }
  /// Time left, never negative; zero once stopped.
  std::chrono::milliseconds left() const {
    if (passed()) return std::chrono::milliseconds(0);
    return std::chrono::ceil<std::chrono::milliseconds>(at_ - SteadyClock::now());
  }
  const std::stop_token& stop_token() const { return stop_; }

 private:
  SteadyClock::time_point at_;
  std::stop_token stop_;
};

}  // namespace mxodus
