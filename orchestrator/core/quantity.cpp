#include "orchestrator/core/quantity.h"

#include <time.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>

namespace mxodus {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array<Unit, 11> size_units = {{{"B", 1},
                                              {"kB", 1e3},
                                              {"KB", 1e3},
                                              {"MB", 1e6},
                                              {"GB", 1e9},
                                              {"TB", 1e12},
                                              {"KiB", 1024.0},
                                              {"MiB", 1024.0 * 1024},
                                              {"GiB", 1024.0 * 1024 * 1024},
                                              {"TiB", 1024.0 * 1024 * 1024 * 1024},
                                              {"PiB", 1024.0 * 1024 * 1024 * 1024 * 1024}}};
constexpr std::array<Unit, 6> duration_units = {
    {{"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}, {"w", 6.048e8}}};
constexpr std::array<Unit, 2> ratio_units = {{{"%", 0.01}, {"x", 1}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_unit_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '%';
}

/// Takes "12.5MiB" off the front of text; the value in the smallest unit.
template <std::size_t N>
std::optional<double> take_quantity(std::string_view& text, const std::array<Unit, N>& units) {
  std::size_t digits = 0;
  while (digits < text.size() && (is_digit(text[digits]) || text[digits] == '.')) ++digits;
  if (digits == 0 || digits > 18 || !is_digit(text[0])) return std::nullopt;
  const std::string number(text.substr(0, digits));
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (*end != '\0') return std::nullopt;
  text.remove_prefix(digits);
  std::size_t letters = 0;
  while (letters < text.size() && is_unit_char(text[letters])) ++letters;
  for (const Unit& unit : units) {
    if (text.substr(0, letters) != unit.name) continue;
    text.remove_prefix(letters);
    return value * unit.factor;
  }
  return std::nullopt;
}

tl::unexpected<Error> not_a(const char* kind, std::string_view text, const char* example) {
  return fail(ErrorKind::invalid, std::string("quantity.") + kind,
              "\"" + std::string(text.substr(0, 80)) + "\" is not a " + kind,
              std::string("write it as ") + example);
}

bool fits(double value) {
  return value >= 0 && value < 9e18;
}

/// Clocks count nanoseconds in 64 bits: from 292 years on, what is far ahead would lie in the past.
constexpr milliseconds longest_duration = std::chrono::years(100);

}  // namespace

Result<Size> parse_size(std::string_view text) {
  std::string_view rest = text;
  auto bytes = take_quantity(rest, size_units);
  if (!bytes || !rest.empty() || !fits(*bytes)) return not_a("size", text, "512MiB or 20GB");
  return Size{static_cast<std::int64_t>(std::llround(*bytes))};
}

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  double total = 0;
  do {
    auto part = take_quantity(rest, duration_units);
    if (!part) return not_a("duration", text, "90s, 12h or 1h30m");
    total += *part;
  } while (!rest.empty());
  if (total > static_cast<double>(longest_duration.count()))
    return fail(ErrorKind::invalid, "quantity.duration",
                "\"" + std::string(text.substr(0, 80)) + "\" is longer than 100 years",
                "write a shorter one");
  return Duration{milliseconds(std::llround(total))};
}

Result<Ratio> parse_ratio(std::string_view text) {
  std::string_view rest = text;
  auto value = take_quantity(rest, ratio_units);
  if (!value || !rest.empty()) return not_a("ratio", text, "5% or 1.3x");
  return Ratio{*value};
}

namespace {

struct CivilTime {
  tm fields{};
  milliseconds fraction{0};
  std::optional<int> offset_minutes;
};

std::optional<int> take_number(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take_clock(std::string_view& text, CivilTime& time) {
  auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return false;
  auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return false;
  time.fields.tm_hour = *hour;
  time.fields.tm_min = *minute;
  if (!take(text, ':')) return true;
  auto second = take_number(text, 2);
  if (!second || *second > 60) return false;
  time.fields.tm_sec = *second;
  if (!take(text, '.')) return true;
  if (text.empty() || !is_digit(text[0])) return false;
  int scale = 100;
  while (!text.empty() && is_digit(text[0])) {
    time.fraction += milliseconds((text[0] - '0') * scale);
    scale /= 10;
    text.remove_prefix(1);
  }
  return true;
}

bool take_offset(std::string_view& text, CivilTime& time) {
  if (text.empty()) return true;
  if (take(text, 'Z') || take(text, 'z')) {
    time.offset_minutes = 0;
    return text.empty();
  }
  const int sign = text[0] == '-' ? -1 : 1;
  if (!take(text, '+') && !take(text, '-')) return false;
  auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take(text, ':')) return false;
  auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59) return false;
  time.offset_minutes = sign * (*hours * 60 + *minutes);
  return text.empty();
}

std::optional<CivilTime> read_civil(std::string_view text) {
  CivilTime time;
  auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  auto month = take_number(text, 2);
  if (!month || *month < 1 || *month > 12 || !take(text, '-')) return std::nullopt;
  auto day = take_number(text, 2);
  if (!day || *day < 1 || *day > 31) return std::nullopt;
  time.fields.tm_year = *year - 1900;
  time.fields.tm_mon = *month - 1;
  time.fields.tm_mday = *day;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  if (!take_clock(text, time) || !take_offset(text, time)) return std::nullopt;
  return time;
}

}  // namespace

Result<Time> parse_time(std::string_view text) {
  auto civil = read_civil(text);
  if (!civil) return not_a("time", text, "2024-05-11T07:07+02:00");
  const int day = civil->fields.tm_mday;
  time_t seconds = 0;
  if (civil->offset_minutes) {
    seconds = timegm(&civil->fields) - time_t{*civil->offset_minutes} * 60;
  } else {
    civil->fields.tm_isdst = -1;
    seconds = mktime(&civil->fields);
  }
  // timegm and mktime silently turn 31 February into 2 March.
  if (civil->fields.tm_mday != day) return not_a("time", text, "2024-05-11T07:07+02:00");
  return Time{milliseconds(std::int64_t{seconds} * 1000) + civil->fraction};
}

std::string to_string(Size size) {
  static constexpr std::array<const char*, 6> units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto value = static_cast<double>(size.bytes);
  std::size_t unit = 0;
  while (std::abs(value) >= 999.5 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), unit == 0 || std::abs(value) >= 99.95 ? "%.0f %s" : "%.1f %s",
                value, units[unit]);
  return text.data();
}

std::string to_string(Duration duration) {
  std::int64_t ms = duration.value.count();
  std::string sign = ms < 0 ? "-" : "";
  ms = std::abs(ms);
  if (ms == 0) return "0s";
  if (ms < 1000) return sign + std::to_string(ms) + "ms";
  const std::int64_t seconds = ms / 1000;
  struct Step {
    std::int64_t seconds;
    const char* name;
    std::int64_t below;
    const char* below_name;
  };
  for (const Step& step : {Step{86400, "d", 3600, "h"}, Step{3600, "h", 60, "m"}, Step{60, "m", 1, "s"}}) {
    if (seconds < step.seconds) continue;
    std::string text = sign + std::to_string(seconds / step.seconds) + step.name;
    if (const std::int64_t rest = seconds % step.seconds / step.below; rest > 0)
      text += (step.below_name[0] != 'h' && rest < 10 ? "0" : "") + std::to_string(rest) + step.below_name;
    return text;
  }
  return sign + std::to_string(seconds) + "s";
}

std::string to_string(Ratio ratio) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), ratio.value < 1 ? "%.4g%%" : "%.4gx",
                ratio.value < 1 ? ratio.value * 100 : ratio.value);
  return text.data();
}

namespace {

std::string format(const tm& fields, const char* pattern) {
  std::array<char, 64> text{};
  const std::size_t length = strftime(text.data(), text.size(), pattern, &fields);
  return {text.data(), length};
}

time_t whole_seconds(Time time) {
  return static_cast<time_t>(std::chrono::floor<std::chrono::seconds>(time.since_epoch).count());
}

}  // namespace

std::string to_string(Time time) {
  const time_t seconds = whole_seconds(time);
  tm fields{};
  gmtime_r(&seconds, &fields);
  return format(fields, "%Y-%m-%dT%H:%M:%SZ");
}

std::string to_local_string(Time time) {
  const time_t seconds = whole_seconds(time);
  tm fields{};
  localtime_r(&seconds, &fields);
  std::string text = format(fields, "%Y-%m-%dT%H:%M:%S%z");
  return text.insert(text.size() - 2, ":");
}

}  // namespace mxodus
