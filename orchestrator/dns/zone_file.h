#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/dns/asker.h"

namespace mxodus {

/// A record of a zone file, and where it stands.
struct ZoneFileRecord {
  RRset set;     ///< with one record in it
  int line = 0;  ///< its first line, from 1
};

/// A line that is no record, as far as can be told.
struct ZoneFileFault {
  int line = 0;
  std::string why;
};

struct ZoneFileText {
  std::vector<ZoneFileRecord> records;
  std::vector<ZoneFileFault> faults;  ///< $INCLUDE is one: it is not followed
};

/// Reads the master file format (RFC 1035, 5) with $ORIGIN and $TTL. `origin` is the zone that relative names
/// are in. A line that cannot be read is a fault, and the rest is read all the same. Pure.
Result<ZoneFileText> read_zone_text(std::string_view text, const std::string& origin);

}  // namespace mxodus
