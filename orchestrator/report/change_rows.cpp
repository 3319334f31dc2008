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

/// A command is its own title.
bool is_told_by(const std::string& title, const Change& change) {
  constexpr std::size_t enough = 40;
  return change.before.empty() &&
         title.find(printable_line(change.after).substr(0, enough)) != std::string::npos;
}

/// What was, and what was made of it: a title often says only what was found.
std::string what_changed(const AttemptIntent& intent) {
  const auto planned = planned_from_intent(intent);
  std::vector<std::string> made;
  if (planned)
    for (const Change& change : planned->step.changes)
      if (!is_told_by(intent.title, change))
        made.push_back(change.what + ": " + (change.before.empty() ? "nothing" : change.before) + " → " +
                       (change.after.empty() ? "nothing" : change.after));
  if (made.empty()) return intent.title;
  const std::size_t more = made.size() - std::min(made.size(), most_changes);
  made.resize(made.size() - more);
  if (more > 0) made.push_back(std::to_string(more) + " more");
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
