#include "orchestrator/run/crash_point.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cassert>
#include <cstdlib>
#include <string>

namespace mxodus::crash {
namespace {

constexpr std::array kPoints{
    Point{"lease-taken", "a host has given its lease to this run; no step has begun there"},
    Point{"before-intent", "a change is planned afresh; nothing of this attempt is written down"},
    Point{"after-intent", "the intent is durable; nothing has reached the host"},
    Point{"after-job-start", "the host has the job; this process has not taken note of it"},
    Point{"after-local-work", "work in this process has acted; its result is not written down"},
    Point{"while-following", "the job has been looked at once and was still running"},
    Point{"after-job-end", "the job is seen to have ended; its end is not judged"},
    Point{"before-result", "the end is judged; its result is not written down"},
    Point{"after-result", "the result is durable; no dependant has begun"},
    Point{"gate-opened", "a question is durable; nobody has been told"},
    Point{"decision-read", "an answer of the operator is read; what follows from it is not written down"},
    Point{"wait-parked", "a wait with its next look is durable"},
    Point{"before-undo", "the undo of a step is durable as an intent; nothing has reached the host"},
    Point{"before-release", "every step has ended; the hosts still hold the leases of this run"},
};

struct Armed {
  std::string name;
  std::atomic<int> countdown{0};

  Armed() {
    const char* text = std::getenv("MXODUS_CRASH_AT");
    if (!text) return;
    name = text;
    const std::size_t colon = name.find(':');
    countdown = colon == std::string::npos ? 1 : std::atoi(name.c_str() + colon + 1);
    name = name.substr(0, colon);
  }
};

}  // namespace

void here(std::string_view point) {
  static Armed armed;
  if (armed.name != point) return;
  if (--armed.countdown != 0) return;
  // SIGKILL, not abort(): no destructor, no flush, nothing that a power cut would not do either.
  ::kill(::getpid(), SIGKILL);
}

std::span<const Point> points() {
  return kPoints;
}

}  // namespace mxodus::crash
