#pragma once

#include <string>
#include <vector>

#include "orchestrator/step_api/context.h"
#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

/// RRsets of one zone as they are expected to be, and as they are to be.
struct ZoneChange {
  std::vector<StoredRRset> before;
  std::vector<StoredRRset> after;  ///< one for each of before, in the same order
};

/// The entry of `dns:` that a step names, its provider opened with its secrets.
Result<std::unique_ptr<DnsProvider>> open_provider(StepContext& context, const Zone& zone);

/// Writes what is not yet as wished, alone in this process for this zone, reads it back and publishes it.
/// `drift` where an RRset is neither what was reviewed nor what is wished: then nothing is written. A write
/// of which nobody knows whether it took effect is settled by reading, and repeated only for what is not
/// there.
Result<void> carry_out(DnsProvider& provider, const std::string& zone, const ZoneChange& change,
                       std::chrono::milliseconds pause, const Deadline& deadline);

}  // namespace mxodus::dns
