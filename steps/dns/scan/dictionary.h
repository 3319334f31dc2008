#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"
#include "steps/dns/scan/gathered.h"
#include "steps/dns/scan/old_places.h"

namespace mxodus::dns {

/// A label that nobody has: what is said of it is said by a wildcard.
inline constexpr std::string_view kNobody = "mxodus-asks-whether-there-is-a-wildcard";

/// Asks for the names that mail usually has below `domain`, for `more` (labels, or names below it), and for
/// every name below it to which an answer leads. Never all that a zone may hold, and it says so. What a
/// wildcard answers is found once, as the wildcard. A domain that does not exist is noted as missing.
void ask_dictionary(const std::string& domain, const std::set<std::string>& more, const OldPlaces& old,
                    DnsAsker& dns, const Deadline& deadline, Gathered& gathered);

}  // namespace mxodus::dns
