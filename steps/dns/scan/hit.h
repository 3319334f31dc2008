#pragma once

#include <string>

#include "orchestrator/core/value.h"
#include "steps/dns/scan/files.h"
#include "steps/dns/scan/gathered.h"
#include "steps/dns/scan/leads.h"

namespace mxodus::dns {

/// A place that still leads to an old one, and where to mend it.
struct Hit {
  std::string form;   ///< the type of the record, "SPF", "glue", or "file"
  std::string name;   ///< the owner of the record, or the host
  std::string data;   ///< the record, or what the line sets
  std::string term;   ///< what in it; empty: all of it
  std::string to;     ///< the old address or name
  std::string by;     ///< over which other name; empty: at once
  std::string where;  ///< the zone or the file, with its line

  /// Whether its record answers for the name: as it stands, or as a wildcard.
  bool is_at(const std::string& asked) const;
  /// "acme.test MX leads to the old 192.0.2.1 by mail.example.net"
  std::string sentence() const;
  std::string mend() const;
  Value value() const;
};

Hit hit_of(const SourceRecord& record, const Lead& lead);
Hit hit_of(const std::string& host, const std::string& path, const LineHit& line);
/// Of a line that names what leads there.
Hit hit_of(const Mention& mention, const std::string& to);

}  // namespace mxodus::dns
