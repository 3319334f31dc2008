#pragma once

#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "steps/dns/providers/rrsets.h"

namespace mxodus::dns::cloudflare {

/// What the API calls automatic is served with 300 seconds and written as 1.
constexpr std::uint32_t kAutomaticTtl = 1;
constexpr std::uint32_t kServedTtl = 300;

/// The types that mxodus reads and writes there.
const std::set<std::string>& known_types();

/// A record of the list; nothing where a field is missing. Of other types only name, type and TTL are read.
std::optional<ApiRecord> record_from(const nlohmann::json& record);

/// The fields of a record's data as the API takes them: names without final dot, the priority of an MX and
/// the parts of SRV, CAA, TLSA and SSHFP apart. Empty where the data cannot be taken apart.
nlohmann::json fields_for(const std::string& type, const std::string& data);

}  // namespace mxodus::dns::cloudflare
