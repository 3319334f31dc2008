#include "steps/dns/ttl/report.h"

#include <algorithm>
#include <functional>

#include "orchestrator/core/text.h"
#include "steps/dns/judgement.h"
#include "steps/dns/soa.h"
#include "steps/dns/stored.h"

namespace mxodus::dns {
namespace {

std::uint32_t seconds_of(Duration duration) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(duration.value).count());
}

/// What the step's outputs say of RRsets as they are before a change. `served`: a name server that is behind
/// hands out another TTL than the provider has.
void describe(ValueMap& outputs, const std::vector<StoredRRset>& before, Duration negative, Duration served,
              Time changed) {
  Duration longest = before.empty() ? Duration{} : served;
  ValueList records;
  for (const StoredRRset& set : before) {
    if (!set.exists()) continue;
    longest = std::max(longest, in_seconds(set.rrset.ttl));
    records.push_back(
        ValueMap{{"name", set.rrset.name}, {"type", set.rrset.type}, {"ttl", in_seconds(set.rrset.ttl)}});
  }
  const Duration held = std::max(longest, negative);
  outputs["old_ttl"] = longest;
  outputs["negative_ttl"] = negative;
  outputs["wait_until"] = Time{changed.since_epoch + held.value};
  outputs["records"] = std::move(records);
}

/// What nobody can tell is never told too short, because a wait goes by it; what to restore is not told at
/// all.
void count_with_the_longest(ValueMap& outputs, Time now) {
  constexpr std::chrono::hours longest{7 * 24};  // resolvers cut longer ones
  outputs["old_ttl"] = Duration{longest};
  outputs["wait_until"] = Time{now.since_epoch + longest};
  outputs.erase("records");
}

class TtlReporter {
 public:
  explicit TtlReporter(TtlLook look)
      : zone_(std::move(look.zone)),
        entries_(std::move(look.entries)),
        seen_(std::move(look.seen)),
        managed_by_(std::move(look.managed_by)),
        earlier_(std::move(look.earlier)) {}

  Finding finding(Time now) {
    for (std::size_t i = 0; i < entries_.size(); ++i) look_at(i);
    for (const Sighting& server : seen_.world.views.back().servers)
      negative_ = std::max(negative_, negative_ttl(server.answer));
    if (!seen_.world.trouble.empty())
      judgement_.add(pending_ > 0 ? Verdict::warn : Verdict::unknown,
                     "the name servers could not be asked: " + seen_.world.trouble);

    Finding finding;
    finding.outputs["holds"] = pending_ == 0 && judgement_.verdict() == Verdict::ok;
    const std::vector<StoredRRset> before = as_before();
    const Duration served = earlier_.changed.empty() ? longest_served() : earlier_.served;
    describe(finding.outputs, before, std::max(in_seconds(negative_), earlier_.negative), served, now);
    if (!in_doubt_.empty()) count_with_the_longest(finding.outputs, now);
    if (!in_doubt_.empty() && managed_by_.empty())
      judgement_.add(Verdict::warn, doubt(),
                     "write in `old_ttl` what it was: until then the longest that resolvers keep "
                     "anything counts, which is 7d");
    finding.verdict = judgement_.verdict();
    finding.sentence = judgement_.sentence(all_is_well(finding.outputs));
    finding.state = ValueMap{{"zone", zone_},
                             {"provider", seen_.traits.name},
                             {"has_api", seen_.traits.has_api},
                             {"ttl_floor", std::int64_t{seen_.traits.ttl_floor}},
                             {"negative_ttl", in_seconds(negative_)},
                             {"served_ttl", served},
                             {"doubt", in_doubt_.empty() || !managed_by_.empty() ? "" : doubt()},
                             {"stored", to_value(seen_.stored)}};
    return finding;
  }

 private:
  /// The RRsets as they were before anything was changed; those of which nobody can tell are in doubt.
  std::vector<StoredRRset> as_before() {
    std::vector<StoredRRset> before = earlier_.changed;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      StoredRRset stored = seen_.stored[i];
      const auto same_key = [&](const StoredRRset& set) { return set.key() == stored.key(); };
      if (!stored.exists() || std::any_of(before.begin(), before.end(), same_key)) continue;
      const bool made = entries_[i].may_have_made(stored.rrset.ttl, seen_.traits.ttl_floor);
      if (made && !earlier_.told) {
        in_doubt_.push_back(i);
        continue;
      }
      if (made) stored.rrset.ttl = seconds_of(*earlier_.told);
      if (made || earlier_.changed.empty()) before.push_back(std::move(stored));
    }
    return before;
  }

  Duration longest_served() const {
    std::uint32_t longest = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i)
      for (const Sighting& server : seen_.world.views[i].servers)
        if (server.answer.status == DnsStatus::data) longest = std::max(longest, server.answer.rrset.ttl);
    return in_seconds(longest);
  }

  /// "A of mail.acme.test has the TTL of 5m already; since when…": what a look can know of these.
  std::string doubt() const {
    std::vector<std::string> which, heard;
    for (const std::size_t index : in_doubt_) {
      const RRset& set = seen_.stored[index].rrset;
      which.push_back(set.type + " of " + set.name + " (" + to_string(in_seconds(set.ttl)) + ")");
      for (const Sighting& resolver : seen_.world.views[index].resolvers)
        if (resolver.answer.status == DnsStatus::data && resolver.answer.rrset.ttl > set.ttl)
          heard.push_back(resolver.name + " keeps " + set.type + " of " + set.name + " for another " +
                          to_string(in_seconds(resolver.answer.rrset.ttl)));
    }
    return join(which, ", ") +
           (which.size() == 1 ? " has the TTL that is wished" : " have the TTL that is wished") +
           " already; since when, and what it was before, this look cannot tell" +
           (heard.empty() ? "" : ", but " + join(heard, ", "));
  }

  void look_at(std::size_t index) {
    const TtlEntry& entry = entries_[index];
    const StoredRRset& stored = seen_.stored[index];
    const std::string whose = entry.key.type + " of " + entry.key.name;
    const bool pending = stored.exists() && !entry.met_by(stored.rrset.ttl, seen_.traits.ttl_floor);
    pending_ += pending;
    if (pending && !managed_by_.empty())
      judgement_.add(Verdict::fail,
                     "the TTL of " + whose + " is " + to_string(in_seconds(stored.rrset.ttl)) + " and not " +
                         to_string(in_seconds(entry.wanted(stored.rrset.ttl, seen_.traits.ttl_floor))),
                     "waiting for " + managed_by_);
    for (const Sighting& server : seen_.world.views[index].servers) judge(server, entry, stored, pending);
  }

  void judge(const Sighting& server, const TtlEntry& entry, const StoredRRset& stored, bool pending) {
    const std::string whose = entry.key.type + " of " + entry.key.name;
    const Verdict weight = pending ? Verdict::warn : Verdict::fail;
    if (!server.answered())
      return judgement_.add(pending ? Verdict::warn : Verdict::unknown,
                            who(server) + " does not say what " + whose + " is", "look at that name server");
    if (!server.answer.canonical.empty())
      return judgement_.add(
          Verdict::fail, entry.key.name + " is an alias: the TTL of its CNAME counts too",
          "name {name: " + entry.key.name + ", type: CNAME}, and the records of " + server.answer.canonical);
    if (stored.rrset.data.empty()) return;
    if (server.answer.status != DnsStatus::data)
      return judgement_.add(weight, who(server) + " does not have " + whose,
                            "look whether it follows the zone");
    if (server.answer.rrset.ttl == stored.rrset.ttl) return;
    judgement_.add(weight,
                   who(server) + " still gives " + whose + " a TTL of " +
                       to_string(in_seconds(server.answer.rrset.ttl)) + " and not " +
                       to_string(in_seconds(stored.rrset.ttl)),
                   "look whether it follows the zone");
  }

  std::string all_is_well(const ValueMap& outputs) const {
    if (pending_ > 0)
      return counted(pending_, "RRset") + " of " + zone_ +
             (pending_ == 1 ? " is to get another TTL" : " are to get another TTL");
    const bool wished = std::any_of(entries_.begin(), entries_.end(), std::mem_fn(&TtlEntry::to_make));
    if (wished)
      return "the TTL of " + counted(entries_.size(), "RRset") + " of " + zone_ +
             " is as wished everywhere; since when, this look cannot tell";
    const std::string until = to_local_string(*outputs.at("wait_until").get<Time>());
    return "what is changed now in " + counted(entries_.size(), "RRset") + " of " + zone_ +
           " is seen by everybody from " + until + " on: resolvers keep the old for up to " +
           to_string(outputs.at("old_ttl")) + ", and that there is none for " +
           to_string(outputs.at("negative_ttl"));
  }

  std::string zone_;
  std::vector<TtlEntry> entries_;
  ZoneLook seen_;
  std::string managed_by_;
  Earlier earlier_;
  std::vector<std::size_t> in_doubt_;  ///< of entries_
  Judgement judgement_;
  int pending_ = 0;
  std::uint32_t negative_ = 0;
};

}  // namespace

Duration in_seconds(std::uint32_t seconds) {
  return Duration{std::chrono::seconds(seconds)};
}

Finding report(TtlLook look, Time now) {
  return TtlReporter(std::move(look)).finding(now);
}

}  // namespace mxodus::dns
