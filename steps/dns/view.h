#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/clock.h"
#include "orchestrator/dns/asker.h"
#include "steps/dns/wish.h"

namespace mxodus::dns {

/// What one server or resolver answered for one RRset.
struct Sighting {
  std::string name;  ///< "ns1.example.net", "own resolver"
  std::string address;
  DnsAnswer answer;

  /// Whether it was an answer: data, or a firm no.
  bool answered() const;
};

/// "ns1.example.net at 192.0.2.53", for people.
std::string who(const Sighting& seen);

/// One RRset as the world sees it.
struct View {
  std::vector<Sighting>
      servers;  ///< every address of every authoritative server; one without could not be asked
  std::vector<Sighting> resolvers;  ///< our own, and those that the step names
};

struct World {
  std::vector<View> views;  ///< one a key, in their order
  std::string trouble;      ///< why the authoritative servers are not known; empty: they are
};

/// Asks everybody for everything, several at a time; `besides` are name servers that are asked too where the
/// zone does not name them itself.
World look_around(const std::vector<RRsetKey>& keys, const std::string& zone,
                  const std::vector<std::string>& resolvers, DnsAsker& dns, const Deadline& deadline,
                  const std::vector<DnsAsker::AuthoritativeServer>& besides = {});

/// Whether an answer shows the records that are wished. What stands behind an alias is another name's: of the
/// one that was asked for, it shows that it has no such record of its own.
bool shows(const Wish& wish, const DnsAnswer& answer);

/// How far one wish has come true.
struct Standing {
  int servers = 0;                     ///< authoritative addresses asked
  int agree = 0;                       ///< of them answer as wished
  int unknown = 0;                     ///< of them could not be asked
  bool cached = false;                 ///< some resolver still answers otherwise
  std::optional<Duration> cached_for;  ///< how long the longest of them may go on
  bool unheard = false;                ///< some resolver could not be asked
  std::string bogus;                ///< why a resolver that validates takes it for forged; empty: none does
  std::vector<std::string> silent;  ///< a sentence for each named resolver that could not be asked
  std::string trouble;              ///< one sentence of the first that does not agree

  bool holds() const { return servers > 0 && agree == servers; }
};
Standing standing_of(const Wish& wish, const View& view);

}  // namespace mxodus::dns
