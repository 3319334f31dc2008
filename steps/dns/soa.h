#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "orchestrator/dns/asker.h"

namespace mxodus::dns {

/// What is of interest in a SOA record (RFC 1035, 3.3.13).
struct Soa {
  std::uint32_t serial = 0;
  std::uint32_t minimum = 0;  ///< seconds
};

/// Nothing where the data are not those of a SOA.
std::optional<Soa> read_soa(const std::string& data);

/// How long resolvers may keep that there is no such record or name (RFC 2308, 5), as a server says it that
/// answers for the zone; 0 where it did not answer.
std::uint32_t negative_ttl(const DnsAnswer& soa);

/// Whether serial `a` comes after `b` (RFC 1982): they go round.
bool is_newer(std::uint32_t a, std::uint32_t b);

}  // namespace mxodus::dns
