#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mxodus::dkim {

/// The record of a DKIM key (RFC 6376, 3.6.1; RFC 8463 for ed25519).
struct KeyRecord {
  std::string type = "rsa";           ///< k
  std::string key;                    ///< p without blanks, in base64; empty: revoked, or missing
  bool revoked = false;               ///< p is there and empty
  bool testing = false;               ///< t=y
  bool strict = false;                ///< t=s: no subdomains in i=
  std::vector<std::string> hashes;    ///< h; empty: all
  std::vector<std::string> services;  ///< s; empty: all
  std::vector<std::string> faults;    ///< what makes it unusable for mail: clauses
  std::vector<std::string> oddities;  ///< what is wrong and does no harm: clauses
};

/// Whether a TXT record was meant as a key: it has a tag p or begins with v=DKIM1.
bool is_key_record(std::string_view text);

/// Takes a record apart. All faults at once. Pure.
KeyRecord parse_key_record(std::string_view text);

}  // namespace mxodus::dkim
