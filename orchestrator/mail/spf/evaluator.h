#pragma once

#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/quantity.h"
#include "orchestrator/dns/asker.h"
#include "orchestrator/mail/spf/record.h"

namespace mxodus::spf {

/// RFC 7208, 2.6. What could not be asked is `temperror`.
enum class CheckResult { none, neutral, pass, fail, softfail, temperror, permerror };

/// Who sends, as a receiver sees it.
struct Client {
  IpAddress address;
  std::string helo;      ///< what it said in EHLO
  std::string receiver;  ///< the host that asks; only explanations show it
  Time now;              ///< only explanations show it
};

/// The limits of RFC 7208, 4.6.4.
struct Limits {
  int terms = 10;      ///< that look up
  int mx_names = 10;   ///< of each mx
  int ptr_names = 10;  ///< of each ptr; the others are not looked at
  int void_terms = 2;  ///< whose questions have nothing for an answer
};

/// What came out, and of what.
struct Outcome {
  CheckResult result = CheckResult::none;
  std::string reason;  ///< a clause: "ip4:192.0.2.1 of example.org matches"
  /// The terms that led to the result, each with the domain of its record, from the outside in:
  /// "example.org include:_spf.example.net", "_spf.example.net ip4:192.0.2.0/24". Empty where none matched.
  std::vector<std::string> path;
  std::string decided_by;   ///< the last of `path` without its domain
  std::string record;       ///< of the domain itself; empty where there is none or several
  std::string explanation;  ///< of `exp`, for a fail; ASCII, written by the owner of the domain
  int terms = 0;            ///< that looked up
  int void_terms = 0;
  int void_questions = 0;  ///< the same by questions, which is how some receivers count
};

/// check_host() of RFC 7208, 4, for one identity: `sender` is "user@domain" or a domain alone, for the HELO
/// identity or a null reverse-path ("postmaster" is put before it, 4.3). Blocks; asks one question after the
/// other. A name is asked for as it stands, without any search list.
Outcome check_host(const Client& client, const std::string& domain, const std::string& sender, DnsAsker& dns,
                   const Deadline& deadline, const Limits& limits = {});

/// "pass", "softfail"…
const char* to_string(CheckResult result);

/// Whether the DNS can be asked for it: labels of 1 to 63 bytes, 253 together (RFC 1035, 2.3.4).
bool is_queryable(const std::string& name);

}  // namespace mxodus::spf
