#pragma once

#include <chrono>

#include "orchestrator/core/quantity.h"

namespace mxodus {

/// Where time comes from. Everything that looks at the clock takes one, so that tests own the time.
/// Any thread may ask.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Civil time, for people and for what outlives the process.
  virtual Time now() const = 0;
  /// Time that never jumps back and stands still while the laptop sleeps (CLOCK_MONOTONIC).
  virtual std::chrono::milliseconds monotonic() const = 0;
  /// Like monotonic(), but counts the laptop's sleep (CLOCK_BOOTTIME).
  virtual std::chrono::milliseconds boottime() const = 0;
};

/// The machine's clocks; one for the whole process.
const Clock& system_clock();

}  // namespace mxodus
