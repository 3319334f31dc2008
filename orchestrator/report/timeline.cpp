#include "orchestrator/report/timeline.h"

#include "orchestrator/core/text.h"

namespace mxodus {

void Timeline::add(TimelineRow row) {
  waits_.erase(row.step);
  rows_.push_back(std::move(row));
  left_out_.push_back(false);
}

void Timeline::add_look(TimelineRow row) {
  Wait& wait = waits_[row.step];
  if (++wait.looks > 1) {
    if (wait.latest) left_out_[*wait.latest] = true;
    wait.latest = rows_.size();
    row.sentence += " (" + counted(wait.looks, "look") + " so far)";
  }
  rows_.push_back(std::move(row));
  left_out_.push_back(false);
}

void Timeline::add_due(TimelineRow row) {
  if (!waits_.contains(row.step)) add_look(std::move(row));
}

std::vector<TimelineRow> Timeline::take() {
  std::vector<TimelineRow> rows;
  for (std::size_t n = 0; n < rows_.size(); ++n)
    if (!left_out_[n]) rows.push_back(std::move(rows_[n]));
  *this = {};
  return rows;
}

}  // namespace mxodus
