#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/mail/spf/ip_address.h"

namespace mxodus::dns {

/// The addresses and names that nothing is to lead to any more. Whole ones only: 192.0.2.10 is not 192.0.2.1,
/// mail10 is not mail1, and a name below an old one is another name. Every spelling of an address is the
/// same.
class OldPlaces {
 public:
  OldPlaces(const std::vector<std::string>& addresses, const std::vector<std::string>& names);

  /// The old address or the old name that `text` is; empty where it is neither.
  std::string address(const std::string& text) const;
  std::string name(std::string_view text) const;
  /// The old addresses in a network.
  std::vector<std::string> in_network(const spf::IpAddress& network, int bits) const;
  /// All that are mentioned in free text, each once.
  std::vector<std::string> in_text(std::string_view text) const;
  /// The old address whose name in in-addr.arpa or ip6.arpa this is; empty where it is none.
  std::string reversed(const std::string& owner) const;

  std::vector<std::string> addresses() const;
  const std::set<std::string>& names() const { return names_; }
  /// "192.0.2.1 and old.example.org", for people.
  std::string text() const;

 private:
  std::map<std::string, spf::IpAddress> addresses_;  ///< in their shortest spelling
  std::set<std::string> names_;                      ///< normal
};

/// What could be a name or an address in a text: "relay.example.org" and "25" of
/// "smtp:[relay.example.org]:25".
std::vector<std::string> words_in(std::string_view text);

}  // namespace mxodus::dns
