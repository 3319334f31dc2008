#pragma once

#include <string>
#include <vector>

#include "orchestrator/dns/asker.h"
#include "steps/dnsbl/status/catalogue.h"

namespace mxodus::dnsbl {

enum class Standing { listed, clean, unknown };

const char* to_string(Standing standing);

/// What one list says of one address.
struct Entry {
  std::string address;
  std::string zone;
  const List* list = nullptr;  ///< null for a list that the catalogue does not know
  Standing standing = Standing::unknown;
  std::vector<std::string> codes;
  std::string reason;     ///< the list's own text
  std::string note;       ///< why it is unknown
  std::uint32_t ttl = 0;  ///< seconds for which the answer may be kept

  int tier() const { return list ? list->tier : 2; }
};

/// What the addresses in an answer mean: RFC 5782, 2.1, and what the list documents. Sets standing and note.
void classify(const DnsAnswer& answer, Entry& entry);

/// An address of a private network, or one behind a provider's NAT (RFC 1918, 3927, 4193, 4291 2.5.6, 6598):
/// mail does not arrive from it, and no list holds it.
bool is_private(const std::string& address);

/// Asks every list for every address that it covers. A list is believed only if it lists its own test entry
/// 127.0.0.2 (::FFFF:7F00:2 for IPv6) and not 127.0.0.1 (RFC 5782, 5): that shows a list that is dead, that
/// lists the world, or that does not answer this resolver.
std::vector<Entry> ask_lists(const std::vector<std::string>& zones, const std::vector<std::string>& addresses,
                             DnsAsker& dns, const Deadline& deadline);

}  // namespace mxodus::dnsbl
