#include "orchestrator/journal/event.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "orchestrator/core/digest.h"

namespace mxodus {
namespace {

constexpr std::size_t largest_data = 8 * 1024 * 1024;
constexpr int deepest_data = 100;

constexpr std::array<std::string_view, 35> event_names = {
    "",
    "run_opened",
    "run_resumed",
    "run_parked",
    "run_ended",
    "revision",
    "planned",
    "attempt_intent",
    "attempt_attached",
    "attempt_progress",
    "attempt_result",
    "attempt_in_doubt",
    "step_state",
    "wait_armed",
    "gate_opened",
    "gate_answered",
    "approve",
    "reject",
    "answer",
    "accept",
    "skip",
    "cancel",
    "retry",
    "note",
    "end",
    "decision_refused",
    "host_lost",
    "host_back",
    "lease_taken",
    "lease_released",
    "undo_intent",
    "undo_result",
    "drift",
    "observation",
    "adhoc",
};
static_assert(event_names.size() == static_cast<std::size_t>(EventType::adhoc) + 1);

bool deeper_than(const Value& value, int levels) {
  if (levels == 0) return true;
  if (const auto* list = value.get<ValueList>())
    return std::any_of(list->begin(), list->end(),
                       [&](const Value& v) { return deeper_than(v, levels - 1); });
  if (const auto* map = value.get<ValueMap>())
    return std::any_of(map->begin(), map->end(),
                       [&](const auto& v) { return deeper_than(v.second, levels - 1); });
  return false;
}

void add_netstring(std::string& bytes, std::string_view field) {
  bytes += std::to_string(field.size());
  bytes += ':';
  bytes += field;
  bytes += ',';
}

}  // namespace

std::string_view to_string(EventType type) {
  return event_names[static_cast<std::size_t>(type)];
}

EventType event_type_from_string(std::string_view name) {
  const auto* found = std::find(event_names.begin() + 1, event_names.end(), name);
  return found == event_names.end() ? EventType::unrecognised
                                    : static_cast<EventType>(found - event_names.begin());
}

bool is_decision(EventType type) {
  return type >= EventType::approve && type <= EventType::end;
}

std::string type_name(const Event& event) {
  return event.type == EventType::unrecognised ? event.foreign_type : std::string(to_string(event.type));
}

Result<std::string> data_text(const Event& event) {
  const auto too_large = [&](const std::string& seen) {
    return fail(ErrorKind::invalid, "journal.event-too-large",
                "what " + type_name(event) + " would record is " + seen + "; nothing was recorded");
  };
  // Depth first: everything that walks a value recurses.
  if (deeper_than(event.data, deepest_data))
    return too_large("nested deeper than " + std::to_string(deepest_data) + " levels");
  std::string text = to_json(event.data).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() > largest_data) return too_large(to_string(Size{static_cast<std::int64_t>(text.size())}));
  return text;
}

std::string event_digest(const Event& event, std::string_view data_text) {
  std::string bytes;
  bytes.reserve(data_text.size() + 256);
  add_netstring(bytes, std::to_string(event.v));
  add_netstring(bytes, std::to_string(event.n));
  add_netstring(bytes, std::to_string(event.utc.since_epoch.count()));
  add_netstring(bytes, std::to_string(event.boottime.count()));
  add_netstring(bytes, type_name(event));
  add_netstring(bytes, event.id.step);
  add_netstring(bytes, event.id.item);
  add_netstring(bytes, std::to_string(event.attempt));
  add_netstring(bytes, data_text);
  add_netstring(bytes, event.prev);
  return sha256_hex(bytes);
}

}  // namespace mxodus
