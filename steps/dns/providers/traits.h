#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "orchestrator/core/result.h"

namespace mxodus::dns {

struct StoredRRset;

/// What a provider can and cannot do; plans are made with it.
struct ProviderTraits {
  std::string name;
  bool has_api = true;                 ///< false: a person makes the changes
  std::uint32_t ttl_floor = 0;         ///< seconds; shorter ones are refused there
  std::uint32_t ttl_ceiling = 604800;  ///< seconds; longer ones are refused there
  bool batch = false;                  ///< several RRsets change together or not at all
  bool whole_rrset = true;             ///< one RRset changes at once; else record by record
  bool compare_and_swap = false;       ///< a write says what it expects to replace, and replaces nothing else
  bool asynchronous = false;           ///< accepted is not yet published
  bool disabled_records = false;       ///< keeps records that it does not serve, and comments
  bool null_mx = true;                 ///< can hold "0 ." (RFC 7505)
  bool txt_backslash = true;           ///< a TXT may hold a backslash
  std::size_t txt_limit = 0;           ///< bytes of one TXT in presentation form; 0: none of its own
  std::set<std::string> types;         ///< that can be written; empty: all
};

/// `refused` for a type that mxodus does not know how to read there.
Result<void> knows_type(const ProviderTraits& traits, const std::string& type, const std::string& name);

/// Why the provider could not hold this RRset, as a sentence for the plan; empty where it can.
std::string cannot_hold(const ProviderTraits& traits, const StoredRRset& set);

}  // namespace mxodus::dns
