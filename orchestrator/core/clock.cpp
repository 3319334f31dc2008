#include "orchestrator/core/clock.h"

#include <time.h>

namespace mxodus {
namespace {

std::chrono::milliseconds read(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return std::chrono::milliseconds(std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000);
}

class SystemClock final : public Clock {
 public:
  Time now() const override { return Time{read(CLOCK_REALTIME)}; }
  std::chrono::milliseconds monotonic() const override { return read(CLOCK_MONOTONIC); }
  std::chrono::milliseconds boottime() const override { return read(CLOCK_BOOTTIME); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace mxodus
