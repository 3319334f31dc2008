#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "orchestrator/core/result.h"

namespace mxodus {

/// A number of bytes.
struct Size {
  std::int64_t bytes = 0;
  auto operator<=>(const Size&) const = default;
};

/// A span of time, in milliseconds.
struct Duration {
  std::chrono::milliseconds value{0};
  auto operator<=>(const Duration&) const = default;
};

/// A proportion: 0.05 is written "5%", 1.3 is written "1.3x".
struct Ratio {
  double value = 0;
  auto operator<=>(const Ratio&) const = default;
};

/// A moment of civil time, in milliseconds since 1970-01-01T00:00:00Z without leap seconds.
struct Time {
  std::chrono::milliseconds since_epoch{0};
  auto operator<=>(const Time&) const = default;
};

/// "512MiB", "20GB", "4096B"; a fraction is allowed before a unit. A bare number is `invalid`.
Result<Size> parse_size(std::string_view text);
/// "90s", "1h30m", "14d", "250ms". A bare number is `invalid`.
Result<Duration> parse_duration(std::string_view text);
/// "5%", "1.3x". A bare number is `invalid`.
Result<Ratio> parse_ratio(std::string_view text);
/// RFC 3339 with an offset ("2024-05-11T07:07+02:00", seconds optional), or without one, which is local time.
Result<Time> parse_time(std::string_view text);

/// The largest binary unit that keeps three digits: "26.1 MiB".
std::string to_string(Size size);
/// Two units at most: "5h07m", "3d2h", "850ms".
std::string to_string(Duration duration);
std::string to_string(Ratio ratio);
/// RFC 3339 in UTC with seconds: "2024-05-11T05:07:00Z".
std::string to_string(Time time);
/// RFC 3339 in the local zone with its offset, for people.
std::string to_local_string(Time time);

}  // namespace mxodus
