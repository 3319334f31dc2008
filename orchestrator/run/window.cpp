#include "orchestrator/run/window.h"

#include <ctime>

namespace mxodus {

Time next_opening(const TimeWindow& window, Time now) {
  const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now.since_epoch).count();
  std::tm local{};
  localtime_r(&seconds, &local);
  const int minute = local.tm_hour * 60 + local.tm_min;
  const bool over_midnight = window.to_minute <= window.from_minute;
  const bool open = over_midnight ? minute >= window.from_minute || minute < window.to_minute
                                  : minute >= window.from_minute && minute < window.to_minute;
  if (open) return now;
  // mktime() knows the changes between summer and winter time; adding hours would not.
  if (minute >= window.from_minute) ++local.tm_mday;
  local.tm_hour = window.from_minute / 60;
  local.tm_min = window.from_minute % 60;
  local.tm_sec = 0;
  local.tm_isdst = -1;
  return Time{std::chrono::seconds(std::mktime(&local))};
}

}  // namespace mxodus
