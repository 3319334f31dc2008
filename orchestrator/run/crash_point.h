#pragma once

#include <span>
#include <string_view>

namespace mxodus::crash {

/// The moments at which a test may kill mxodus. They are compiled into every build, so that what is tested is
/// what runs, and do nothing unless MXODUS_CRASH_AT names one: then the process kills itself with SIGKILL the
/// first time it gets there (MXODUS_CRASH_AT=NAME:3, the third time). Documented in points().
void here(std::string_view point);

struct Point {
  std::string_view name;
  std::string_view moment;  ///< what has and what has not happened, for the reader of a failed test
};

/// Every point, in the order in which the life of a step passes them.
std::span<const Point> points();

}  // namespace mxodus::crash
