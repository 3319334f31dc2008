#pragma once

#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "steps/dns/providers/rrsets.h"

namespace mxodus::dns::digitalocean {

/// The types that mxodus reads and writes there.
const std::set<std::string>& known_types();

/// A record of the list; nothing where a field is missing. Of other types only name, type and TTL are read.
std::optional<ApiRecord> record_from(const nlohmann::json& record, const std::string& zone);

/// The fields of a record's data as the API takes them: texts bare, names with their final dot, numbers
/// apart. Empty where the data cannot be taken apart.
nlohmann::json fields_for(const std::string& type, const std::string& data);

}  // namespace mxodus::dns::digitalocean
