#pragma once

#include <optional>
#include <string>
#include <variant>

#include "orchestrator/journal/event.h"
#include "orchestrator/step_api/finding.h"

namespace mxodus {

/// Something durable happened: every event of the journal passes here, once, in its order. What it means is
/// in journal/event_data.h.
struct Recorded {
  Event event;
};
/// A step is being looked at or prepared; nothing is durable yet, and for a step that only looks nothing will
/// be before its result.
struct Began {
  ItemId id;
  int attempt = 0;
  std::string host;
};
/// How far the jobs of a step have come. About once a second for each.
struct JobSeen {
  ItemId id;
  std::string host;
  Progress progress;
  std::optional<Duration> elapsed;
  std::optional<Duration> heartbeat_age;
};
/// The laptop was asleep; every job is asked at once.
struct LaptopSlept {
  Duration slept;
};
/// Nothing new begins any more; jobs stay on their hosts.
struct Stopping {};

using RunEvent = std::variant<Recorded, Began, JobSeen, LaptopSlept, Stopping>;

/// Sees a run go by: terminal, JSON lines, tests. Called on the executor's thread, which waits for it, so
/// it returns soon.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void see(const RunEvent& event) = 0;
};

}  // namespace mxodus
