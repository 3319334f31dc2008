#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"

namespace mxodus::dns {

/// The reverse DNS of one address.
enum class ReverseStanding { confirmed, missing, mismatch, unknown };

/// Whether a name leads to an address.
enum class Forward { yes, no, unknown };

struct ReverseName {
  std::string name;
  Forward forward = Forward::unknown;
  std::string note;  ///< where it leads instead, or why that could not be asked
};

struct ReverseLook {
  std::string address;
  std::string reverse;  ///< "1.2.0.192.in-addr.arpa"
  DnsStatus status = DnsStatus::timeout;
  std::string why;                 ///< why it could not be asked
  std::vector<ReverseName> names;  ///< ten at most

  ReverseStanding standing() const;
};

ReverseLook look_back(const std::string& address, DnsAsker& dns, const Deadline& deadline);

/// Whether `name` has `address`, in the family of the address.
ReverseName look_forward(const std::string& name, const std::string& address, DnsAsker& dns,
                         const Deadline& deadline);

/// Why a name looks like one that a provider gives to every address, so that receivers distrust it: a clause;
/// empty where it does not. Pure.
std::string looks_generic(const std::string& name, const std::string& address);

/// "confirmed", "missing", "mismatch", "unknown"
const char* to_string(ReverseStanding standing);

}  // namespace mxodus::dns
