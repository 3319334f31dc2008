#include "steps/dns/protocol.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/remembering_asker.h"

namespace mxodus::dns {
namespace {

std::string line_of(const RRsetKey& key, const Sighting& seen, Time when) {
  std::string line = to_string(when) + " " + printable_line(key.name) + " " + key.type + " @" + seen.name +
                     (seen.address.empty() ? "" : " " + seen.address) + " -> " +
                     to_string(seen.answer.status);
  if (seen.answer.status == DnsStatus::data)
    line += " " + printable_line(join(seen.answer.rrset.data, " | "), 2000) + " (TTL " +
            std::to_string(seen.answer.rrset.ttl) + ")";
  if (!seen.answer.note.empty()) line += " (" + printable_line(seen.answer.note) + ")";
  return line + "\n";
}

}  // namespace

std::string protocol(const std::vector<RRsetKey>& keys, const World& world, Time when) {
  std::string text =
      world.trouble.empty() ? "" : to_string(when) + " " + printable_line(world.trouble) + "\n";
  for (std::size_t i = 0; i < std::min(keys.size(), world.views.size()); ++i) {
    for (const Sighting& seen : world.views[i].servers) text += line_of(keys[i], seen, when);
    for (const Sighting& seen : world.views[i].resolvers) text += line_of(keys[i], seen, when);
  }
  return text;
}

}  // namespace mxodus::dns
