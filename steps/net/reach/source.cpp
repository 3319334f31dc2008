#include "steps/net/reach/source.h"

#include <algorithm>
#include <array>
#include <utility>

#include "orchestrator/mail/spf/ip_address.h"

namespace mxodus::reach {
namespace {

using spf::IpAddress;

// RFC 1918, 6598, 1122, 3927, 4193, 4291.
constexpr std::array<std::pair<const char*, int>, 10> kPrivate{{{"10.0.0.0", 8},
                                                                {"172.16.0.0", 12},
                                                                {"192.168.0.0", 16},
                                                                {"100.64.0.0", 10},
                                                                {"127.0.0.0", 8},
                                                                {"169.254.0.0", 16},
                                                                {"fc00::", 7},
                                                                {"fe80::", 10},
                                                                {"::1", 128},
                                                                {"::", 128}}};

bool is_private(const IpAddress& address) {
  return std::any_of(kPrivate.begin(), kPrivate.end(), [&](const auto& network) {
    return address.is_in(*IpAddress::parse(network.first), network.second);
  });
}

}  // namespace

std::string source_in_hello(const std::string& line) {
  constexpr std::string_view tag = "IPv6:";  // RFC 5321, 4.1.3
  const std::size_t end = line.rfind(']');
  const std::size_t begin = end == std::string::npos ? end : line.rfind('[', end);
  if (begin == std::string::npos) return {};
  std::string literal = line.substr(begin + 1, end - begin - 1);
  if (literal.starts_with(tag)) literal.erase(0, tag.size());
  const auto address = IpAddress::parse(literal);
  return address && !is_private(*address) ? address->text() : std::string();
}

bool is_one_of(const std::string& address, const std::vector<std::string>& addresses) {
  const auto one = IpAddress::parse(address);
  return one && std::any_of(addresses.begin(), addresses.end(), [&](const std::string& other) {
           const auto parsed = IpAddress::parse(other);
           return parsed && parsed->text() == one->text();
         });
}

}  // namespace mxodus::reach
