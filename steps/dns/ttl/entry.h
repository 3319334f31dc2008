#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/step_api/params.h"
#include "steps/dns/providers/provider.h"

namespace mxodus::dns {

/// An RRset whose TTL is looked at, and what it is to be.
struct TtlEntry {
  RRsetKey key;
  std::optional<std::uint32_t> exactly;  ///< seconds
  std::optional<std::uint32_t> at_most;  ///< seconds; where `exactly` is not given

  bool to_make() const { return exactly || at_most; }
  /// The TTL that an RRset with this one is to have at a provider with this floor.
  std::uint32_t wanted(std::uint32_t ttl, std::uint32_t floor) const;
  bool met_by(std::uint32_t ttl, std::uint32_t floor) const { return wanted(ttl, floor) == ttl; }
  /// Whether an RRset with this TTL may be one that this step has changed before: it is just what it makes.
  bool may_have_made(std::uint32_t ttl, std::uint32_t floor) const;
};

/// Reads `records` and `lower`; names are relative to `zone`. `invalid` with the entry and what to write.
Result<std::vector<TtlEntry>> read_ttl_entries(const Params& params, const std::string& zone);

}  // namespace mxodus::dns
