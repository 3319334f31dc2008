#include "orchestrator/dns/zone_finder.h"

#include <vector>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"

namespace mxodus {
namespace {

constexpr std::size_t kNameShown = 255;

tl::unexpected<Error> wrong(const char* code, const std::string& message, const std::string& hint) {
  return fail(ErrorKind::invalid, code, message, hint);
}

std::string shown(const std::string& name) {
  return "`" + printable_line(name, kNameShown) + "`";
}

}  // namespace

ZoneFinder::ZoneFinder(std::map<std::string, std::string> zones) : zones_(std::move(zones)) {
  for (auto& [entry, zone] : zones_) zone = normal_name(zone);
  // The root would hold whatever is misspelled, and an input left empty would be the root.
  std::erase_if(zones_, [](const auto& known) { return known.second.empty(); });
}

Result<void> ZoneFinder::add(const std::string& name) {
  auto entry = holder_of(name);
  if (!entry) return tl::unexpected(std::move(entry).error());
  if (entry_.empty()) {
    entry_ = *entry;
    first_name_ = name;
  }
  if (entry_ == *entry) return {};
  return wrong("dns.several-zones",
               shown(first_name_) + " is in the zone " + zones_.at(entry_) + " (" + entry_ + "), and " +
                   shown(name) + " in " + zones_.at(*entry) + " (" + *entry + ")",
               "write a step for each zone");
}

Result<std::string> ZoneFinder::holder_of(const std::string& name) const {
  if (name.empty() || name == "@")
    return wrong("dns.relative-name", shown(name) + " is the zone itself, and no `zone:` says which",
                 "write the whole name, or add `zone:`; under `dns:` there is " + known());
  const std::string normal = normal_name(name);
  const std::pair<const std::string, std::string>* best = nullptr;
  bool twice = false;
  for (const auto& candidate : zones_) {
    if (!is_within(normal, candidate.second)) continue;
    // Of two that hold the same name, those of equal length are equal.
    if (best && candidate.second.size() < best->second.size()) continue;
    twice = best && candidate.second == best->second;
    best = &candidate;
  }
  if (!best)
    return wrong("dns.no-zone", shown(name) + " is in no zone under `dns:`: there is " + known(),
                 zones_.empty()
                     ? "add its zone there; to `mxodus probe` name the playbook that has it, with --playbook"
                     : "write the whole name, add `zone:` where it is relative to one of these, or add its "
                       "zone under `dns:`");
  if (twice)
    return wrong("dns.ambiguous-zone",
                 shown(name) + " is in a zone that stands more than once under `dns:`: there is " +
                     known(best->second),
                 "add `zone:` with the entry that is meant");
  return best->first;
}

std::string ZoneFinder::known(const std::string& of) const {
  std::vector<std::string> zones;
  for (const auto& [entry, zone] : zones_)
    if (of.empty() || zone == of) zones.push_back(zone + " (" + entry + ")");
  return zones.empty() ? "none" : join(zones, ", ");
}

}  // namespace mxodus
