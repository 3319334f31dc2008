#pragma once

#include <string>

#include "orchestrator/dns/asker.h"

namespace mxodus {

/// Why there is no answer, for people: "SERVFAIL", "bogus (no signature by the key of the DS)".
std::string unanswered(const DnsAnswer& answer);

/// What mends an answer that does not validate; empty for every other: nobody can say.
std::string mend_of_unanswered(DnsStatus status);

}  // namespace mxodus
