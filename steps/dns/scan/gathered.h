#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "orchestrator/dns/asker.h"

namespace mxodus::dns {

/// An RRset, and where one goes to change it.
struct SourceRecord {
  RRset set;
  std::string where;      ///< "the zone example.org at powerdns", "/etc/bind/example.org:12"
  std::string zone = {};  ///< that was listed with it; empty: it was asked for
};

/// Where records or lines come from, and whether these are all that there are.
struct Source {
  std::string kind;  ///< "provider", "zone_file", "dictionary", "files"
  std::string what;  ///< the zone, or the host
  std::int64_t looked_at = 0;
  bool complete = false;
  std::string note;  ///< for people: "42 RRsets", "31 names asked; the zone cannot be listed"
};

/// A name in a file of a host, which may lead to an old place by records of other people.
struct Mention {
  std::string name;  ///< normal
  std::string host;
  std::string path;
  int line = 0;
  std::string setting;  ///< as of LineHit
};

/// What a scan looks through.
struct Gathered {
  std::vector<SourceRecord> records;
  std::vector<Source> sources;
  std::vector<Mention> mentions;
  std::vector<std::string> missing;   ///< domains that do not exist
  std::vector<std::string> listed;    ///< zones of which every record is here
  std::vector<std::string> troubles;  ///< what could not be asked or read

  /// Whether `zone`, which was listed, hands the name to another: by a zone cut below its apex, or by a DNAME
  /// above the name (RFC 6672, 2.4).
  bool is_cut_off(const std::string& name, const std::string& zone) const;
  /// Whether it is an address of a name server below a zone cut: what a zone tells on the way to a zone
  /// below.
  bool is_glue(const SourceRecord& record) const;
};

}  // namespace mxodus::dns
