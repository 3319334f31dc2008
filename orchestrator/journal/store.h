#pragma once

#include <cstdint>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/journal/event.h"

namespace mxodus {

/// Where the events of one run are kept. Append-only. Several processes may append at the same time; one
/// object is used by one thread at a time.
class JournalStore {
 public:
  virtual ~JournalStore() = default;

  /// Gives the event its n and prev and makes it durable: when the number is returned, the event survives a
  /// loss of power. On an error the caller must not act on what it wanted to record: the event is not in the
  /// journal as far as this process can see, though after a failed sync it may turn up at the next open.
  virtual Result<std::int64_t> append(Event event) = 0;

  /// The events after number `after`, in order, each checked against its digest and the one before it. Damage
  /// is the error "journal.damaged", which names the last good event; a newer format is
  /// "journal.newer-version".
  virtual Result<std::vector<Event>> read(std::int64_t after) = 0;
};

}  // namespace mxodus
