#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "orchestrator/core/ids.h"
#include "orchestrator/core/quantity.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/value.h"

namespace mxodus {

/// The journal format that this mxodus writes. Older ones are read for ever, newer ones are refused.
inline constexpr int journal_version = 1;

/// What happened. The names in the journal are the contract (docs/journal.md): a name is never renamed and
/// never reused, the numbers mean nothing.
enum class EventType {
  unrecognised,  ///< a name that this mxodus does not know: kept, shown, skipped by the fold

  run_opened,
  run_resumed,
  run_parked,
  run_ended,
  revision,  ///< the playbook was changed while the run was unfinished
  planned,   ///< the late plan of a step whose inputs became known

  attempt_intent,    ///< durable before anything acts
  attempt_attached,  ///< a job found again
  attempt_progress,  ///< sparse
  attempt_result,
  attempt_in_doubt,
  step_state,  ///< a change of state without an attempt: blocked, skipped, reconnecting, accepted…
  wait_armed,
  gate_opened,
  gate_answered,  ///< the run took a decision up; it names the decision

  // Decisions: appended by whoever decides, without the run lock, and taken up by the run.
  approve,
  reject,
  answer,
  accept,
  skip,
  cancel,
  retry,
  note,
  end,
  decision_refused,  ///< a decision that no longer fits what it answers; it names the decision and why

  host_lost,
  host_back,
  lease_taken,
  lease_released,
  undo_intent,
  undo_result,
  drift,
  observation,  ///< a fresh look at something that had ended
  adhoc,        ///< `do`: a command of the operator, made part of the record
};

/// The name in the journal; empty for `unrecognised`.
std::string_view to_string(EventType type);
EventType event_type_from_string(std::string_view name);

/// Appended by people and not by the run: approve to end, without decision_refused.
bool is_decision(EventType type);

/// One line of the journal.
struct Event {
  int v = journal_version;
  std::int64_t n = 0;  ///< 1, 2, 3, … without gaps; given by the store
  Time utc;
  std::chrono::milliseconds boottime{0};  ///< CLOCK_BOOTTIME of the laptop; comparable within one boot
  EventType type = EventType::unrecognised;
  std::string foreign_type;  ///< the name as it was written, where `type` is unrecognised
  ItemId id;                 ///< empty for events of the whole run
  int attempt = 0;           ///< 1, 2, … of this item; 0 where it is about no attempt
  Value data;                ///< by type, see event_data.h
  std::string prev;          ///< digest of the event before, empty for the first; given by the store

  bool operator==(const Event&) const = default;
};

std::string type_name(const Event& event);

/// The stored text of `event.data`: compact JSON with sorted keys. `invalid` where it is larger than
/// 8 MiB or nested deeper than 100 levels; code "journal.event-too-large".
Result<std::string> data_text(const Event& event);

/// SHA-256 over every field of the event, `data` as its stored text, byte for byte: so that a later JSON
/// library that prints a number differently does not break an old chain. Each field is a netstring
/// ("LENGTH:BYTES,"), in the order v n utc boottime type step item attempt data prev.
std::string event_digest(const Event& event, std::string_view data_text);

}  // namespace mxodus
