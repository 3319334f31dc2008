#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace mxodus::spf {

/// An address as SPF compares it. IPv4 in IPv6 (::ffff:192.0.2.1) is IPv4 (RFC 7208, 5).
class IpAddress {
 public:
  /// Nothing where `text` is no address.
  static std::optional<IpAddress> parse(const std::string& text);

  bool is_v6() const { return v6_; }
  int bits() const { return v6_ ? 128 : 32; }
  /// Whether the first `length` bits are those of `network`. Never across families.
  bool is_in(const IpAddress& network, int length) const;
  /// Whether no bit is set behind the first `length`.
  bool is_network(int length) const;

  std::string text() const;
  /// The macro "i": octets, or 32 nibbles, between dots.
  std::string dotted() const;
  /// "1.2.0.192.in-addr.arpa"
  std::string reverse_name() const;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  bool v6_ = false;
};

}  // namespace mxodus::spf
