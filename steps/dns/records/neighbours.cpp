#include "steps/dns/records/neighbours.h"

#include <algorithm>
#include <array>
#include <set>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"

namespace mxodus::dns {
namespace {

// Asked for one by one where a zone cannot be listed.
constexpr std::array kUsual = {"A", "AAAA", "MX", "TXT", "NS", "SRV", "CAA", "HTTPS", "TLSA", "PTR", "DS"};

/// The names that get a CNAME, and those that get something else.
struct NewNames {
  std::set<std::string> aliases;
  std::set<std::string> others;
};

NewNames new_names(const std::vector<Wish>& wishes, const std::vector<StoredRRset>& stored) {
  NewNames names;
  for (std::size_t i = 0; i < std::min(wishes.size(), stored.size()); ++i)
    if (wishes[i].gives_data() && !stored[i].exists())
      (wishes[i].key.type == "CNAME" ? names.aliases : names.others).insert(wishes[i].key.name);
  return names;
}

/// What is there of these, a type that the provider does not have being none of it.
Result<std::vector<RRsetKey>> there_of(const std::vector<RRsetKey>& keys, DnsProvider& provider,
                                       const Deadline& deadline) {
  std::vector<RRsetKey> known, there;
  for (const RRsetKey& key : keys)
    if (knows_type(provider.traits(), key.type, key.name)) known.push_back(key);
  if (known.empty()) return there;
  auto sets = provider.read(known, deadline);
  if (!sets) return tl::unexpected(std::move(sets).error());
  for (const StoredRRset& set : *sets)
    if (set.exists()) there.push_back(set.key());
  return there;
}

/// Everything at names that are to become aliases.
Result<std::vector<RRsetKey>> all_at(const std::set<std::string>& names, DnsProvider& provider,
                                     const Deadline& deadline) {
  auto zone = provider.list(deadline);
  if (!zone && zone.error().code != "dns.not-listed") return tl::unexpected(std::move(zone).error());
  std::vector<RRsetKey> found;
  if (!zone) {
    for (const std::string& name : names)
      for (const char* type : kUsual) found.push_back({name, type});
    return there_of(found, provider, deadline);
  }
  for (const StoredRRset& set : *zone)
    if (names.contains(set.rrset.name) && set.exists() && set.rrset.type != "CNAME")
      found.push_back(set.key());
  return found;
}

}  // namespace

Result<std::vector<RRsetKey>> neighbours_of(const std::vector<Wish>& wishes,
                                            const std::vector<StoredRRset>& stored, DnsProvider& provider,
                                            const Deadline& deadline) {
  const NewNames names = new_names(wishes, stored);
  std::vector<RRsetKey> aliases;
  for (const std::string& name : names.others) aliases.push_back({name, "CNAME"});
  auto found = there_of(aliases, provider, deadline);
  if (!found || names.aliases.empty()) return found;
  auto beside = all_at(names.aliases, provider, deadline);
  if (!beside) return beside;
  found->insert(found->end(), beside->begin(), beside->end());
  return found;
}

std::string cannot_stand(const std::vector<Wish>& wishes, const std::vector<RRsetKey>& neighbours) {
  for (const Wish& wish : wishes) {
    if (!wish.gives_data()) continue;
    const bool alias = wish.key.type == "CNAME";
    std::vector<std::string> in_the_way;
    for (const RRsetKey& other : neighbours) {
      const bool taken_away = std::any_of(wishes.begin(), wishes.end(), [&](const Wish& one) {
        return one.to_make && one.kind == Wish::Kind::absent && one.key == other;
      });
      if (other.name == wish.key.name && alias != (other.type == "CNAME") && !taken_away)
        in_the_way.push_back(other.type);
    }
    if (in_the_way.empty()) continue;
    return wish.key.type + " of " + wish.key.name + " cannot be written: the name has " +
           join(in_the_way, ", ") +
           ", and a CNAME stands alone (RFC 1034, 3.6.2); take away what is not to "
           "stay, in the same `set`, with absent: true";
  }
  return "";
}

}  // namespace mxodus::dns
