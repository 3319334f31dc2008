#include "orchestrator/mail/spf/ip_address.h"

#include <algorithm>

#include <arpa/inet.h>

#include "orchestrator/dns/names.h"

namespace mxodus::spf {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<IpAddress> IpAddress::parse(const std::string& text) {
  IpAddress address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes_.data()) == 1) return address;
  if (inet_pton(AF_INET6, text.c_str(), address.bytes_.data()) != 1) return std::nullopt;
  address.v6_ = !std::equal(kMapped.begin(), kMapped.end(), address.bytes_.begin());
  if (!address.v6_) {
    std::copy(address.bytes_.begin() + 12, address.bytes_.end(), address.bytes_.begin());
    std::fill(address.bytes_.begin() + 4, address.bytes_.end(), 0);
  }
  return address;
}

bool IpAddress::is_in(const IpAddress& network, int length) const {
  if (v6_ != network.v6_) return false;
  for (int bit = 0; bit < std::min(length, bits()); bit += 8) {
    const int shift = std::max(0, 8 - (length - bit));
    const auto byte = static_cast<std::size_t>(bit / 8);
    if (bytes_[byte] >> shift != network.bytes_[byte] >> shift) return false;
  }
  return true;
}

bool IpAddress::is_network(int length) const {
  IpAddress zeros = *this;
  for (int bit = length; bit < bits(); ++bit)
    zeros.bytes_[static_cast<std::size_t>(bit / 8)] &= static_cast<std::uint8_t>(~(0x80 >> bit % 8));
  return zeros.bytes_ == bytes_;
}

std::string IpAddress::text() const {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), text, sizeof text);
  return text;
}

std::string IpAddress::dotted() const {
  if (!v6_) return text();
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string dotted;
  for (const std::uint8_t byte : bytes_) {
    dotted += dotted.empty() ? "" : ".";
    dotted += kDigits[byte >> 4];
    dotted += '.';
    dotted += kDigits[byte & 15];
  }
  return dotted;
}

std::string IpAddress::reverse_name() const {
  return reversed_name(text(), v6_ ? "ip6.arpa" : "in-addr.arpa").value_or("");
}

}  // namespace mxodus::spf
