#include "orchestrator/report/change_rows.h"

#include <algorithm>
#include <map>

#include "orchestrator/core/text.h"
#include "orchestrator/journal/event_data.h"
#include "orchestrator/report/event_words.h"

namespace mxodus {
namespace {

constexpr std::size_t longest_cell = 400;

std::optional<Time> time_of(const std::vector<Event>& events, std::int64_t n) {
  const auto event = std::lower_bound(events.begin(), events.end(), n,
                                      [](const Event& one, std::int64_t number) { return one.n < number; });
  if (event == events.end() || event->n != n) return {};
  return event->utc;
}

}  // namespace

std::vector<ChangeRow> changes_made(const RunRecord& record) {
  std::vector<ChangeRow> rows;
  for (const auto& [n, change] : record.state.changes) {
    const char* kept = change.intent.effect == Effect::permanent ? ", permanent" : "";
    rows.push_back({time_of(record.events, n), to_string(change.id),
                    printable_line(change.intent.title, longest_cell),
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
