#include "steps/dns/zone_entry.h"

#include "orchestrator/dns/zone_finder.h"
#include "steps/support/values.h"

namespace mxodus::dns {

Result<const Zone*> find_zone(const Resources& resources, const std::string& name) {
  const auto zone = resources.zones.find(name);
  if (zone == resources.zones.end())
    return fail(ErrorKind::invalid, "dns.no-zone", "the playbook has no DNS zone " + name + " under `dns:`");
  return &zone->second;
}

Result<const Zone*> zone_of_step(const Resources& resources, const Params& params) {
  if (params.has("zone")) return find_zone(resources, params.text("zone"));
  std::map<std::string, std::string> zones;
  for (const auto& [entry, zone] : resources.zones) zones.emplace(entry, zone.zone);
  ZoneFinder finder(std::move(zones));
  for (const char* list : {"records", "set"}) {
    const auto* records = params.at(list).get<ValueList>();
    for (const Value& record : records ? *records : ValueList())
      if (auto added = finder.add(text_in(record, "name")); !added)
        return tl::unexpected(std::move(added).error());
  }
  if (finder.entry().empty())
    return fail(ErrorKind::invalid, "dns.no-zone",
                "the step names no record, and no `zone:` says where to look", "add `zone:`, or a record");
  return find_zone(resources, finder.entry());
}

std::string place_of_change(const Params& params) {
  return params.has("zone") ? "of the zone " + params.text("zone") + " at its provider"
                            : "at the provider of their zone";
}

ParamSpec zone_param() {
  return {.name = "zone",
          .type = ParamType::zone,
          .doc =
              "An entry of `dns:`. Where it is left out: the one whose zone holds the records, by the "
              "longest match of their names, which are then written whole."};
}

}  // namespace mxodus::dns
