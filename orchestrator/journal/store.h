#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/journal/event.h"

namespace mxodus {

/// Where the events of one run are kept. Append-only. Several processes may append at the same time; one
/// object is used by one thread at a time.
class JournalStore {
 public:
  virtual ~JournalStore() = default;

  /// Gives each event its n and prev and makes them durable together: when the number of the last one is
  /// returned, all survive a loss of power. On an error the caller must not act on what it wanted to record:
  /// none of them is in the journal as far as this process can see, though after a failed sync all may turn
  /// up at the next open. `events` is not empty.
  virtual Result<std::int64_t> append_all(std::vector<Event> events) = 0;

  Result<std::int64_t> append(Event event) {
    std::vector<Event> one;
    one.push_back(std::move(event));
    return append_all(std::move(one));
  }

  /// The events after number `after`, in order, each checked against its digest and the one before it. Damage
  /// is the error "journal.damaged", which names the last good event; a newer format is
  /// "journal.newer-version".
  virtual Result<std::vector<Event>> read(std::int64_t after) = 0;
};

}  // namespace mxodus
