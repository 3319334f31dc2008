#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "orchestrator/dns/asker.h"

namespace mxodus::reach {

/// What `to` names, before the DNS is asked.
struct Wanted {
  std::string written;
  bool mx = false;   ///< the hosts that take mail for `name`
  std::string name;  ///< empty where an address is written
  std::string address;
  std::uint16_t port = 0;  ///< 0: the step's ports
};

/// "mail.example.org", "192.0.2.1", "[2001:db8::1]:25", "imap.example.org:993", "mx:example.org".
Result<Wanted> parse_wanted(const std::string& text);

/// One address and port to connect to.
struct Target {
  std::string written;
  std::string name;  ///< what a certificate there has to be for; empty where only an address is known
  std::string address;
  std::uint16_t port = 0;

  bool ipv6() const { return address.find(':') != std::string::npos; }
  /// "mail.example.org [192.0.2.1] port 25 (IPv4)"
  std::string text() const;
};

/// A name that led to no address.
struct Unresolved {
  std::string written;
  bool known = false;  ///< the DNS says that there is none; false: it could not be asked
  std::string why;
};

struct Targets {
  std::vector<Target> targets;
  std::vector<Unresolved> unresolved;
};

/// Asks the DNS for what is wanted; `family` is "ipv4", "ipv6" or "both". What two of them lead to is one
/// target, of the first.
Targets find_targets(const std::vector<Wanted>& wanted, const std::vector<std::uint16_t>& ports,
                     const std::string& family, DnsAsker& dns, const Deadline& deadline);

}  // namespace mxodus::reach
