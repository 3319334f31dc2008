#pragma once

#include <string>
#include <vector>

#include "orchestrator/dns/asker.h"
#include "steps/dns/scan/old_places.h"

namespace mxodus::dns {

/// Something in a record that leads to an old place.
struct Lead {
  std::string data;  ///< the record, as it stands
  std::string term;  ///< the part of it: "target", "ipv4hint", "ip4:192.0.2.0/24"; empty: all of it
  std::string to;    ///< the old address or name
  std::string by;    ///< over which other name; empty: at once
};

/// A name to which a record leads, and which is no old one itself.
struct Pointer {
  std::string data;
  std::string term;
  std::string name;  ///< normal
  bool spf = false;  ///< in a term of SPF, of which its evaluation says where it leads
};

struct Leads {
  std::vector<Lead> leads;
  std::vector<Pointer> pointers;
};

/// What the records of a set lead to at first sight: A, AAAA, CNAME, DNAME, ALIAS, MX, SRV, SVCB and HTTPS
/// with their hints, NS, SOA, PTR, the terms of SPF, the names of TLSA records, and the text of everything
/// else. A PTR of an old address counts where it names a host below one of `domains`. Pure.
Leads leads_of(const RRset& set, const OldPlaces& old, const std::vector<std::string>& domains);

}  // namespace mxodus::dns
