#pragma once

#include <string>

#include "orchestrator/core/error.h"
#include "orchestrator/core/quantity.h"

namespace mxodus::dns::rfc2136 {

/// Who asked whom.
struct Parties {
  std::string server;     ///< as the playbook names it
  std::string zone;       ///< normal
  std::string key;        ///< its name
  std::string algorithm;  ///< "hmac-sha256"
};

/// The code of an answer that is not NOERROR (RFC 2136, 2.2), with what it says of our signature.
struct Refusal {
  int rcode = 0;
  int tsig_error = 0;  ///< RFC 8945, 3
  Time server_time;    ///< of BADTIME
  Time our_time;
};

/// What it means and what to do. `drift` where a prerequisite did not hold, `no_answer` for SERVFAIL, which
/// leaves open what was done; of every other kind nothing was written.
Error refusal_error(const Parties& parties, const Refusal& refusal, bool writing);

/// For a zone that the server does not hold, or hides from our key.
Error unknown_zone(const Parties& parties, const Refusal& refusal);

/// "REFUSED", "NOTAUTH (BADKEY)", or the number.
std::string code_name(const Refusal& refusal);

}  // namespace mxodus::dns::rfc2136
