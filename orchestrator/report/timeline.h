#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/quantity.h"

namespace mxodus {

struct TimelineRow {
  Time when;
  std::string step;
  std::string word;
  std::string sentence;
};

/// The rows of a timeline, in the order of time. A wait of weeks is thousands of looks: its first and its
/// latest stand there, with how many they were; the log has them all.
class Timeline {
 public:
  void add(TimelineRow row);
  /// A look of a step that goes on waiting.
  void add_look(TimelineRow row);
  /// When the next look is due: told where no look has said yet that the step waits.
  void add_due(TimelineRow row);

  std::vector<TimelineRow> take();

 private:
  struct Wait {
    std::size_t looks = 0;
    std::optional<std::size_t> latest;  ///< row of the latest look after the first
  };
  std::vector<TimelineRow> rows_;
  std::vector<bool> left_out_;  ///< beside rows_
  std::map<std::string, Wait> waits_;
};

}  // namespace mxodus
