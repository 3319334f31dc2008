#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"

namespace mxodus::dns {

/// One address of a name server, asked for the SOA of the zone.
struct ZoneServer {
  enum class Standing { serves, lame, unknown };
  std::string name;
  std::string address;
  Standing standing = Standing::unknown;
  std::string serial;  ///< of the SOA; empty: it did not answer with one
  std::string why;     ///< of lame and unknown
};

const char* to_string(ZoneServer::Standing standing);

/// A name server below the zone itself, which nobody finds without the addresses that the parent knows.
struct Glue {
  std::string name;
  std::vector<std::string> at_parent;  ///< canonical and sorted, as is `in_zone`
  std::vector<std::string> in_zone;
  bool known = false;  ///< both sides were answered
};

/// How a zone hangs in the tree, seen from both sides.
struct Delegation {
  std::string zone;
  std::string trouble;        ///< why the parent could not be asked; empty: it was
  std::string parent_server;  ///< "a.nic.example (192.0.2.1)": who was asked
  DnsStatus parent = DnsStatus::timeout;
  std::vector<std::string> at_parent;  ///< names of the servers, sorted; none: not delegated
  std::vector<std::string> in_zone;    ///< the same as the zone's own servers say
  bool zone_asked = false;             ///< one of them said
  std::vector<std::string> aliases;    ///< those of both that are CNAMEs
  std::vector<std::string> nowhere;    ///< those without any address
  std::vector<Glue> glue;
  std::vector<ZoneServer> servers;
  DnsAnswer ds, dnskey, soa;  ///< from the validating resolver
};

/// Asks the parent's servers, then each server that either side names, then the resolver. Blocks; what does
/// not answer is given three seconds.
Delegation look_at_delegation(const std::string& zone, DnsAsker& dns, const Deadline& deadline);

}  // namespace mxodus::dns
