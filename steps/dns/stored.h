#pragma once

#include <vector>

#include "orchestrator/core/value.h"
#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

/// RRsets as values and back: in findings, plans, and in the undo that is durable before anything is written.
Value to_value(const StoredRRset& set);
Value to_value(const std::vector<StoredRRset>& sets);
/// What cannot be read comes back empty: such a value was never written by to_value().
std::vector<StoredRRset> stored_from_value(const Value* value);

/// "300 10 mail.acme.test." a line, for people; empty where there is none.
std::string text_of(const StoredRRset& set);

}  // namespace mxodus::dns
