#include "steps/dns/soa.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "orchestrator/core/text.h"

namespace mxodus::dns {
namespace {

std::optional<std::uint32_t> number(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Soa> read_soa(const std::string& data) {
  std::vector<std::string> fields = split(data, ' ');
  std::erase(fields, "");
  if (fields.size() != 7) return std::nullopt;
  const auto serial = number(fields[2]);
  const auto minimum = number(fields[6]);
  if (!serial || !minimum) return std::nullopt;
  return Soa{*serial, *minimum};
}

std::uint32_t negative_ttl(const DnsAnswer& soa) {
  if (soa.status != DnsStatus::data || soa.rrset.data.empty()) return 0;
  const auto read = read_soa(soa.rrset.data.front());
  return read ? std::min(read->minimum, soa.rrset.ttl) : 0;
}

bool is_newer(std::uint32_t a, std::uint32_t b) {
  return a != b && a - b < 0x80000000u;
}

}  // namespace mxodus::dns
