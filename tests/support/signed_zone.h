#pragma once

#include <string>
#include <vector>

namespace mxodus {

/// A zone with a DNSSEC key of its own, made anew: what a DnsServer is to serve, and what a validator is to
/// trust.
struct SignedZone {
  std::vector<std::string> records;  ///< lines of a zone file: those given, DNSKEY, NSECs and signatures
  std::string trust_anchor;          ///< the DS record
};

/// Signs the records of `zone` ("acme.test."), among which its SOA has to be, with ECDSA P-256 from now on.
SignedZone sign_zone(const std::string& zone, const std::vector<std::string>& records);

}  // namespace mxodus
