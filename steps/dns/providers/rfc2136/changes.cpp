#include "steps/dns/providers/rfc2136/changes.h"

#include <algorithm>

#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/codec.h"

namespace mxodus::dns::rfc2136 {
namespace {

RRset to_send(const StoredRRset& set) {
  RRset sent = set.rrset;
  for (std::string& data : sent.data) data = data_to_send(sent.type, data);
  return sent;
}

/// What stands in `set` and not in `other`.
RRset without(const RRset& set, const RRset& other) {
  RRset rest = set;
  std::erase_if(rest.data, [&](const std::string& data) {
    return std::any_of(other.data.begin(), other.data.end(),
                       [&](const std::string& kept) { return same_data(set.type, {data}, {kept}); });
  });
  return rest;
}

/// A CNAME beside other data, and other data beside a CNAME, are passed over by servers without a word (RFC
/// 2136, 3.4.2.2): said as a prerequisite, they are refused.
void guard_against_aliases(const RRsetChange& change, const std::vector<RRsetChange>& changes,
                           ZoneUpdate& update) {
  const RRsetKey key = change.after.key();
  const bool alone = std::none_of(changes.begin(), changes.end(), [&](const RRsetChange& other) {
    return other.after.key() != key && other.after.rrset.name == key.name;
  });
  if (change.before.exists() || !change.after.exists() || !alone) return;
  if (key.type == "CNAME")
    update.free_names.push_back(key.name);
  else
    update.not_exist.push_back({key.name, "CNAME", 0, {}});
}

}  // namespace

Result<ZoneUpdate> update_of(const std::string& zone, const std::vector<RRsetChange>& changes) {
  ZoneUpdate update;
  update.zone = zone;
  for (const RRsetChange& change : changes) {
    const RRset& before = change.before.rrset;
    const RRset after = to_send(change.after);
    if (after.type == "SOA")
      return fail(ErrorKind::refused, "rfc2136.soa",
                  "the SOA of " + zone + " is kept by its name server and is not changed by an update");
    if (change.before.exists())
      update.exist.push_back(before);
    else
      update.not_exist.push_back(before);
    guard_against_aliases(change, changes, update);
    // The NS of the zone itself are not removed as a whole, nor the last of them (3.4.2.3, 3.4.2.4).
    if (after.type == "NS" && after.name == zone)
      update.remove_data.push_back(without(before, after));
    else if (change.before.exists())
      update.remove.push_back(before);
    update.add.push_back(after);
  }
  return update;
}

bool is_made_by_server(const std::string& type) {
  return type == "RRSIG" || type == "NSEC" || type == "NSEC3" || type == "NSEC3PARAM" || type == "TYPE65534";
}

}  // namespace mxodus::dns::rfc2136
