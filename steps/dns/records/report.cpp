#include "steps/dns/records/report.h"

#include <algorithm>
#include <set>

#include "orchestrator/core/text.h"
#include "steps/dns/records/neighbours.h"
#include "steps/dns/soa.h"
#include "steps/dns/stored.h"
#include "steps/support/output_limit.h"

namespace mxodus::dns {
namespace {

Value sighting_value(const Sighting& seen) {
  static constexpr const char* kStatusWords[] = {"data",    "no_data", "nxdomain", "servfail",
                                                 "refused", "timeout", "bogus"};
  ValueList data;
  for (const std::string& one : seen.answer.rrset.data) data.push_back(printable_line(one, 400));
  return ValueMap{{"name", seen.name},
                  {"address", seen.address},
                  {"answer", kStatusWords[static_cast<int>(seen.answer.status)]},
                  {"data", std::move(data)},
                  {"ttl", Duration{std::chrono::seconds(seen.answer.rrset.ttl)}}};
}

Value sightings_value(const std::vector<Sighting>& sightings) {
  ValueList list;
  for (const Sighting& seen : sightings) list.push_back(sighting_value(seen));
  return list;
}

/// Whether the provider itself already holds what is wished.
bool stored_as_wished(const Wish& wish, const StoredRRset& stored) {
  if (!wish.met_by(stored.rrset.data)) return false;
  return !wish.ttl || !stored.exists() || stored.rrset.ttl == *wish.ttl;
}

/// How long resolvers may keep what any name server answers now: one that is behind, or answers by a
/// wildcard, tells of another TTL than the provider.
Duration kept_for(const StoredRRset& stored, const View& view) {
  std::uint32_t seconds = stored.rrset.data.empty() ? 0 : stored.rrset.ttl;
  for (const Sighting& seen : view.servers) {
    const bool data = seen.answer.status == DnsStatus::data;
    seconds = std::max(seconds, data ? seen.answer.rrset.ttl : seen.answer.negative_ttl);
  }
  return Duration{std::chrono::seconds(seconds)};
}

/// Which name servers are not at the same state of the zone, as a sentence; empty where all are.
std::string differing_serials(const std::string& zone, const View& soa) {
  std::set<std::uint32_t> serials;
  std::vector<std::string> told;
  for (const Sighting& seen : soa.servers) {
    const auto read =
        seen.answer.rrset.data.empty() ? std::nullopt : read_soa(seen.answer.rrset.data.front());
    if (!read) continue;
    serials.insert(read->serial);
    told.push_back(seen.name + " at " + seen.address + " has " + std::to_string(read->serial));
  }
  if (serials.size() < 2) return "";
  return "the name servers of " + zone + " have different serials: " + join(told, ", ") +
         " (where that stays, see why the one behind does not follow)";
}

/// Counts over all wishes.
struct Sum {
  bool stored = true;
  bool held = true;
  int unknown = 0;
  int bogus = 0;    ///< sets that nobody takes who validates
  int pending = 0;  ///< sets that are to be written
  Duration cached_for;
  bool cached = false;
  bool unheard = false;
  bool makes = false;  ///< the step changes something, or would
  std::vector<std::string> troubles;
  std::vector<std::string> silent;  ///< named resolvers that could not be asked
  std::string serials;
};

/// One entry a wish of the output `records`.
Value entry_of(const Wish& wish, const StoredRRset& stored, const View& view, bool holds) {
  Value shown = to_value(stored);
  (*shown.get<ValueMap>())["ttl"] = Duration{std::chrono::seconds(stored.rrset.ttl)};
  return ValueMap{{"name", wish.key.name},
                  {"type", wish.key.type},
                  {"holds", holds},
                  {"stored", std::move(shown)},
                  {"servers", sightings_value(view.servers)},
                  {"resolvers", sightings_value(view.resolvers)}};
}

/// What is not as wished before what is, as much as may be recorded.
ValueList records_of(ValueList wrong, const ValueList& right) {
  wrong.insert(wrong.end(), right.begin(), right.end());
  return as_many_as_fit(std::move(wrong));
}

/// The first of many sentences.
std::string told(const std::vector<std::string>& sentences) {
  constexpr std::size_t most = 10;
  if (sentences.size() <= most) return join(sentences, "; ");
  return join({sentences.begin(), sentences.begin() + most}, "; ") + "; and " +
         std::to_string(sentences.size() - most) + " more";
}

std::string sentence_of(const Look& look, const Sum& sum, Time now) {
  if (!look.world.trouble.empty()) return look.world.trouble;
  if (sum.pending > 0 && sum.bogus == 0)
    return counted(sum.pending, "RRset") + " of " + look.zone +
           (sum.pending == 1 ? " is to change" : " are to change");
  const std::string waiting = look.managed_by.empty() ? "" : "waiting for " + look.managed_by + ": ";
  if (!sum.troubles.empty()) return waiting + told(sum.troubles);
  if (!sum.serials.empty()) return "all as wished, but " + sum.serials;
  std::string text = "all as wished on every name server of " + look.zone;
  if (!sum.silent.empty()) text += ", but " + told(sum.silent);
  if (sum.cached || sum.cached_for.value.count() > 0)
    text += "; resolvers may answer the old until " +
            to_local_string(Time{now.since_epoch + sum.cached_for.value});
  return text;
}

Verdict verdict_of(const Look& look, const Sum& sum) {
  if (sum.pending > 0) return look.world.trouble.empty() && sum.bogus == 0 ? Verdict::ok : Verdict::warn;
  if (!look.world.trouble.empty()) return Verdict::unknown;
  if (!sum.held || !sum.stored) return Verdict::fail;
  if (sum.unknown > 0 || sum.bogus > 0) return Verdict::unknown;
  // What resolvers see was the question of a step that only looks; one that changes asks the name servers.
  if (!sum.silent.empty() && !sum.makes) return Verdict::unknown;
  return sum.serials.empty() && sum.silent.empty() ? Verdict::ok : Verdict::warn;
}

}  // namespace

Finding report(const Look& look, Time now, Duration kept_after_change) {
  Finding finding;
  Sum sum{.cached_for = kept_after_change};
  ValueList right, wrong;
  ValueList kept;
  for (std::size_t i = 0; i < look.wishes.size(); ++i) {
    const Wish& wish = look.wishes[i];
    const View& view = look.world.views[i];
    const bool stored = stored_as_wished(wish, look.stored[i]);
    const Standing standing = standing_of(wish, view);
    sum.unknown += standing.unknown;
    sum.cached |= standing.cached;
    sum.makes |= wish.to_make;
    sum.silent.insert(sum.silent.end(), standing.silent.begin(), standing.silent.end());
    sum.unheard |= standing.unheard;
    if (!standing.bogus.empty()) {
      ++sum.bogus;
      sum.troubles.push_back(wish.key.type + " of " + wish.key.name +
                             " is bogus to everybody who validates: " + standing.bogus +
                             " (compare the DS at the parent with the keys of the zone)");
    }
    sum.cached_for = std::max(sum.cached_for, standing.cached_for.value_or(Duration{}));
    sum.stored = sum.stored && stored;
    const bool no_such = wish.only_ttl() && !look.stored[i].exists();
    sum.pending += wish.to_make && !stored && !no_such;
    // A server that could not be asked is no proof that it answers wrongly.
    if (standing.agree + standing.unknown < standing.servers) sum.held = false;
    if (no_such)
      sum.troubles.push_back("there is no " + wish.key.type + " of " + wish.key.name + " to give a TTL");
    else if (!stored && look.traits.has_api)
      sum.troubles.push_back(wish.text() + ", but " + look.traits.name + " holds " +
                             (look.stored[i].exists() ? printable_line(text_of(look.stored[i])) : "none"));
    else if (!standing.trouble.empty())
      sum.troubles.push_back(wish.text() + ", but " + standing.trouble);
    const bool holds = stored && standing.holds();
    (holds ? right : wrong).push_back(entry_of(wish, look.stored[i], view, holds));
    kept.push_back(kept_for(look.stored[i], view));
  }
  sum.serials = differing_serials(look.zone, look.world.views.back());
  finding.verdict = verdict_of(look, sum);
  finding.sentence = sentence_of(look, sum, now);
  const bool holds = sum.stored && sum.held && sum.unknown == 0 && look.world.trouble.empty();
  finding.outputs = {{"holds", holds},
                     {"propagated", holds && !sum.cached && !sum.unheard},
                     {"cached_until", Time{now.since_epoch + sum.cached_for.value}},
                     {"records", records_of(std::move(wrong), right)}};
  finding.state = ValueMap{{"zone", look.zone},
                           {"provider", look.traits.name},
                           {"has_api", look.traits.has_api},
                           {"ttl_floor", std::int64_t{look.traits.ttl_floor}},
                           {"stored", to_value(look.stored)},
                           {"cannot_stand", cannot_stand(look.wishes, look.neighbours)},
                           {"kept", std::move(kept)}};
  return finding;
}

}  // namespace mxodus::dns
