#include "steps/dns/zone_entry.h"

namespace mxodus::dns {

Result<const Zone*> find_zone(const Resources& resources, const std::string& name) {
  const auto zone = resources.zones.find(name);
  if (zone == resources.zones.end())
    return fail(ErrorKind::invalid, "dns.no-zone", "the playbook has no DNS zone " + name + " under `dns:`");
  return &zone->second;
}

}  // namespace mxodus::dns
