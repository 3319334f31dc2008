#include "steps/dns/scan/gathered.h"

#include <algorithm>

#include "orchestrator/dns/names.h"

namespace mxodus::dns {

bool Gathered::is_glue(const SourceRecord& record) const {
  if (record.zone.empty() || (record.set.type != "A" && record.set.type != "AAAA")) return false;
  return std::any_of(records.begin(), records.end(), [&](const SourceRecord& cut) {
    return cut.set.type == "NS" && cut.zone == record.zone && cut.set.name != cut.zone &&
           is_within(record.set.name, cut.set.name);
  });
}

}  // namespace mxodus::dns
