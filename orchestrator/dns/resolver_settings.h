#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace mxodus {

/// The DS records of the root's key-signing keys of 2017 and 2024, as IANA publishes them
/// (https://data.iana.org/root-anchors/).
std::vector<std::string> root_trust_anchors();

/// How our own resolver reaches the DNS. Left as it is, it recurses from the root and validates.
struct ResolverSettings {
  /// One zone whose servers are named instead of found by delegation.
  struct Stub {
    std::string zone;                  ///< "" is the root
    std::vector<std::string> servers;  ///< addresses, "@port" where it is not 53
  };
  std::vector<std::string> forwarders;  ///< resolvers to ask instead of recursing; the same form
  std::vector<Stub> stubs;
  std::string root_hints;  ///< a file in place of the built-in hints
  /// DS or DNSKEY records, each as one line of a zone file; none: nothing is validated.
  std::vector<std::string> trust_anchors = root_trust_anchors();
  std::vector<std::string> insecure_zones;  ///< not validated, though a trust anchor is above them
  /// Zones of RFC 6303 and 6761 ("test", "100.51.198.in-addr.arpa") that are really asked for here. The
  /// resolver otherwise answers for them itself, with NXDOMAIN and without a word.
  std::vector<std::string> ask_for;
  /// With one question, from the moment it is asked; libunbound itself gives up after 17 s.
  std::chrono::milliseconds patience{8000};
};

}  // namespace mxodus
