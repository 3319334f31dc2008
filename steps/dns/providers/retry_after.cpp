#include "steps/dns/providers/retry_after.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace mxodus::dns {
namespace {

constexpr std::chrono::milliseconds kLeast{1000};

/// "Sun, 06 Nov 1994 08:49:37 GMT"; by hand, because strptime() follows the locale.
std::optional<std::chrono::milliseconds> http_date(const std::string& text) {
  std::tm date{};
  char month[4] = "";
  int end = 0;
  if (std::sscanf(text.c_str(), "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &date.tm_mday, month,
                  &date.tm_year, &date.tm_hour, &date.tm_min, &date.tm_sec, &end) != 6 ||
      end == 0)
    return std::nullopt;
  static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::size_t found = months.find(month);
  if (found == std::string_view::npos || found % 3 != 0) return std::nullopt;
  date.tm_mon = static_cast<int>(found / 3);
  date.tm_year -= 1900;
  return std::chrono::seconds(timegm(&date));
}

}  // namespace

std::optional<std::chrono::milliseconds> retry_after(const std::string& header, Time now) {
  const bool digits = !header.empty() && header.size() < 8 &&
                      std::all_of(header.begin(), header.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits) return std::max<std::chrono::milliseconds>(kLeast, std::chrono::seconds(std::stol(header)));
  const auto date = http_date(header);
  if (!date) return std::nullopt;
  return std::max(kLeast, *date - std::chrono::duration_cast<std::chrono::milliseconds>(now.since_epoch));
}

}  // namespace mxodus::dns
