#include "steps/dns/scan/gathered.h"

#include <algorithm>

#include "orchestrator/dns/names.h"

namespace mxodus::dns {

bool Gathered::is_cut_off(const std::string& name, const std::string& zone) const {
  return std::any_of(records.begin(), records.end(), [&](const SourceRecord& cut) {
    if (cut.zone != zone || !is_within(name, cut.set.name)) return false;
    if (cut.set.type == "DNAME") return name != cut.set.name;
    return cut.set.type == "NS" && cut.set.name != zone;
  });
}

bool Gathered::is_glue(const SourceRecord& record) const {
  if (record.zone.empty() || (record.set.type != "A" && record.set.type != "AAAA")) return false;
  return is_cut_off(record.set.name, record.zone);
}

}  // namespace mxodus::dns
