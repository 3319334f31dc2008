#include "steps/dns/providers/rrsets.h"

#include <algorithm>
#include <map>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"

namespace mxodus::dns {

std::vector<StoredRRset> pick(const std::vector<StoredRRset>& zone, const std::vector<RRsetKey>& keys) {
  std::vector<StoredRRset> sets;
  for (const RRsetKey& key : keys) {
    const auto found =
        std::find_if(zone.begin(), zone.end(), [&](const StoredRRset& set) { return set.key() == key; });
    sets.push_back(found == zone.end() ? StoredRRset{.rrset = {key.name, key.type}} : *found);
  }
  return sets;
}

StoredRRset rrset_among(const std::vector<ApiRecord>& records, const RRsetKey& key) {
  StoredRRset set{.rrset = {key.name, key.type}};
  for (const ApiRecord& record : records) {
    if (record.name != key.name || record.type != key.type) continue;
    set.rrset.data.push_back(record.data);
    set.rrset.ttl = std::max(set.rrset.ttl, record.ttl);
  }
  return set;
}

std::vector<StoredRRset> rrsets_among(const std::vector<ApiRecord>& records,
                                      const std::vector<RRsetKey>& keys) {
  std::vector<StoredRRset> sets;
  for (const RRsetKey& key : keys) sets.push_back(rrset_among(records, key));
  return sets;
}

std::vector<StoredRRset> all_rrsets(const std::vector<ApiRecord>& records) {
  std::map<RRsetKey, StoredRRset> sets;
  for (const ApiRecord& record : records) {
    if (record.data.empty()) continue;
    StoredRRset& set = sets[{record.name, record.type}];
    set.rrset.name = record.name;
    set.rrset.type = record.type;
    set.rrset.data.push_back(record.data);
    set.rrset.ttl = std::max(set.rrset.ttl, record.ttl);
  }
  std::vector<StoredRRset> all;
  for (auto& [key, set] : sets) all.push_back(std::move(set));
  return all;
}

RecordEdits edits_to(const std::vector<ApiRecord>& records, const StoredRRset& after) {
  RecordEdits edits;
  const RRsetKey key = after.key();
  std::vector<const ApiRecord*> unwanted;
  std::vector<std::string> wanted = after.rrset.data;
  for (const ApiRecord& record : records) {
    if (record.name != key.name || record.type != key.type) continue;
    const auto same = std::find_if(wanted.begin(), wanted.end(), [&](const std::string& data) {
      return same_data(key.type, {data}, {record.data});
    });
    if (same == wanted.end()) {
      unwanted.push_back(&record);
      continue;
    }
    if (record.ttl != after.rrset.ttl) edits.update.push_back({record.id, *same});
    wanted.erase(same);
  }
  const std::size_t turned = std::min(unwanted.size(), wanted.size());
  for (std::size_t i = 0; i < turned; ++i) edits.update.push_back({unwanted[i]->id, wanted[i]});
  edits.create.assign(wanted.begin() + static_cast<std::ptrdiff_t>(turned), wanted.end());
  for (std::size_t i = turned; i < unwanted.size(); ++i) edits.remove.push_back(unwanted[i]->id);
  return edits;
}

Result<void> still_as_read(const std::vector<ApiRecord>& records, const RRsetChange& change) {
  const StoredRRset now = rrset_among(records, change.before.key());
  if (same_rrset(now, change.before)) return {};
  return fail(ErrorKind::drift, "dns.drift",
              now.rrset.type + " of " + now.rrset.name + " changed while it was to be written: there is " +
                  (now.exists() ? printable_line(join(now.rrset.data, ", ")) : "none") +
                  " now; nothing was written, look who changed it and plan again");
}

}  // namespace mxodus::dns
