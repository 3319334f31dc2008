#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/dns/asker.h"

namespace mxodus {

/// A dynamic update (RFC 2136): all of it happens, or nothing.
struct ZoneUpdate {
  std::string zone;                     ///< normal
  std::vector<RRset> exist;             ///< that are there with these very data, whatever their TTL (2.4.2)
  std::vector<RRset> not_exist;         ///< of which only name and type count (2.4.3)
  std::vector<std::string> free_names;  ///< that have no records at all (2.4.5)
  std::vector<RRset> remove;            ///< whole RRsets, of which only name and type count (2.5.2)
  std::vector<RRset> add;               ///< after all that is removed (2.5.1)
  std::vector<RRset> remove_data;       ///< these records of theirs, after all that is added (2.5.4)
};

/// The update in wire form, unsigned and with id 0. `invalid` with code "dns.data" for what is no data of its
/// type; `refused` with "dns.too-long" where it does not fit into one message of 65,535 bytes.
Result<std::string> update_message(const ZoneUpdate& update);

}  // namespace mxodus
