#include "orchestrator/report/change_rows.h"

#include <algorithm>
#include <map>

#include "orchestrator/core/text.h"
#include "orchestrator/journal/event_data.h"
#include "orchestrator/report/event_words.h"
#include "orchestrator/run/attempt.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_cell = 400;
constexpr std::size_t most_changes = 3;

std::optional<Time> time_of(const std::vector<Event>& events, std::int64_t n) {
  const auto event = std::lower_bound(events.begin(), events.end(), n,
                                      [](const Event& one, std::int64_t number) { return one.n < number; });
  if (event == events.end() || event->n != n) return {};
  return event->utc;
}

/// What was, and what was made of it: a title often says only what was found.
std::string what_changed(const AttemptIntent& intent) {
  const auto planned = planned_from_intent(intent);
  if (!planned || planned->step.changes.empty()) return intent.title;
  const auto& changes = planned->step.changes;
  std::vector<std::string> made;
  for (std::size_t n = 0; n < std::min(changes.size(), most_changes); ++n)
    made.push_back(changes[n].what + ": " + (changes[n].before.empty() ? "nothing" : changes[n].before) +
                   " → " + (changes[n].after.empty() ? "nothing" : changes[n].after));
  if (changes.size() > most_changes) made.push_back(std::to_string(changes.size() - most_changes) + " more");
  return intent.title + " (" + join(made, "; ") + ")";
}

}  // namespace

std::vector<ChangeRow> changes_made(const RunRecord& record) {
  std::vector<ChangeRow> rows;
  for (const auto& [n, change] : record.state.changes) {
    const char* kept = change.intent.effect == Effect::permanent ? ", permanent" : "";
    rows.push_back({time_of(record.events, n), to_string(change.id),
                    printable_line(what_changed(change.intent), longest_cell),
                    std::string(to_string(change.state)) + kept});
  }
  return rows;
}

std::vector<ChangeRow> changes_taken_back(const std::vector<Event>& events) {
  std::vector<ChangeRow> rows;
  std::map<ItemId, std::string> begun;
  for (const Event& event : events) {
    if (event.type == EventType::undo_intent) begun[event.id] = undo_words(decode<AttemptIntent>(event.data));
    if (event.type != EventType::undo_result) continue;
    const auto result = decode<AttemptResult>(event.data);
    if (result.state != ItemState::undone) continue;
    rows.push_back({event.utc, to_string(event.id), printable_line(begun[event.id], longest_cell),
                    printable_line(result.sentence, longest_cell)});
  }
  return rows;
}

}  // namespace mxodus
