#pragma once

#include "orchestrator/core/clock.h"

namespace mxodus {

/// Time that stands still until a test moves it.
class FakeClock final : public Clock {
 public:
  Time now() const override { return now_; }
  std::chrono::milliseconds monotonic() const override { return monotonic_; }
  std::chrono::milliseconds boottime() const override { return boottime_; }

  void advance(std::chrono::milliseconds by) {
    now_.since_epoch += by;
    monotonic_ += by;
    boottime_ += by;
  }
  /// The laptop sleeps: civil time and boottime go on, the monotonic clock stands still.
  void sleep(std::chrono::milliseconds by) {
    now_.since_epoch += by;
    boottime_ += by;
  }

 private:
  Time now_{std::chrono::milliseconds(1'715'533'200'000)};  // 2024-05-12T17:00:00Z
  std::chrono::milliseconds monotonic_{1'000'000};
  std::chrono::milliseconds boottime_{1'000'000};
};

}  // namespace mxodus
