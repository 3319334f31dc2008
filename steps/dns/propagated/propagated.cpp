#include "steps/dns/propagated/propagated.h"

#include <algorithm>
#include <map>
#include <optional>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/server_addresses.h"
#include "steps/dns/judgement.h"
#include "steps/dns/parent.h"
#include "steps/dns/propagated/declaration.h"
#include "steps/dns/protocol.h"
#include "steps/dns/soa.h"
#include "steps/dns/view.h"
#include "steps/dns/wish.h"

namespace mxodus {
namespace {

using namespace dns;

std::string said(const DnsAnswer& answer) {
  if (answer.status == DnsStatus::data) return printable_line(join(answer.rrset.data, ", "), 300);
  return to_string(answer.status) + (answer.note.empty() ? "" : " (" + printable_line(answer.note) + ")");
}

/// How long whoever hears this answer now may keep it.
Duration kept(const DnsAnswer& answer) {
  const bool data = answer.status == DnsStatus::data;
  return Duration{std::chrono::seconds(data ? answer.rrset.ttl : answer.negative_ttl)};
}

Time after(Time time, Duration duration) {
  return Time{time.since_epoch + duration.value};
}

class PropagatedLooker {
 public:
  PropagatedLooker(const Params& params, std::string zone, Time now, std::vector<Wish> wishes, World world)
      : zone_(std::move(zone)),
        now_(now),
        wishes_(std::move(wishes)),
        world_(std::move(world)),
        cached_until_(end_of_caches(params)) {}

  Finding finding() {
    if (is_no_zone()) {
      judgement_.add(Verdict::fail,
                     zone_ + " is no zone: " + who(world_.views.back().servers.front()) + " has no SOA of it",
                     "name the zone that the records are in");
    } else {
      look_at_servers();
      look_at_serials();
    }
    look_at_own_resolver();
    const bool published = judgement_.verdict() == Verdict::ok;
    look_at_resolvers();
    const bool propagated = published && (time_is_over() || (named_ > 0 && shown_ == named_));
    // While a server has the old, nobody knows when the last one takes it from there.
    const auto true_at = published ? end_when_published(propagated) : std::nullopt;
    if (published) judge_caches(propagated);

    Finding finding;
    finding.verdict = judgement_.verdict();
    finding.sentence = judgement_.sentence(all_is_well());
    if (!propagated && true_at && !cached_until_)
      finding.sentence += "; at the latest " + to_local_string(*true_at) + " it will be seen everywhere";
    finding.outputs = {{"propagated", propagated},
                       {"published", published},
                       {"behind", listed(behind_)},
                       {"stale", listed(stale_)}};
    if (true_at) finding.outputs["true_at"] = *true_at;
    if (serial_) finding.outputs["serial"] = std::int64_t{*serial_};
    finding.state = ValueMap{{"published", published}, {"behind", listed(behind_)}};
    return finding;
  }

 private:
  static std::optional<Time> end_of_caches(const Params& params) {
    const auto until = params.time("cached_until");
    const auto changed = params.time("changed_at");
    const auto ttl = params.duration("old_ttl");
    if (!changed || !ttl) return until;
    return std::max(until.value_or(Time{}), after(*changed, *ttl));
  }

  static ValueList listed(const std::map<std::string, std::string>& servers) {
    ValueList list;
    for (const auto& [server, why] : servers) list.push_back(server + ": " + why);
    return list;
  }

  bool time_is_over() const { return cached_until_ && now_ >= *cached_until_; }

  /// The servers were found by a name above: this one is that of a host, or nobody has it.
  bool is_no_zone() const {
    const std::vector<Sighting>& servers = world_.views.back().servers;
    return !servers.empty() && std::all_of(servers.begin(), servers.end(), [](const Sighting& server) {
      return server.answered() && server.answer.status != DnsStatus::data;
    });
  }

  void fall_behind(const Sighting& server, const std::string& why, const std::string& mend) {
    behind_.emplace(who(server), why);
    judgement_.add(Verdict::fail, who(server) + " " + why, mend);
  }

  void look_at_servers() {
    if (!world_.trouble.empty()) judgement_.add(Verdict::unknown, world_.trouble);
    for (std::size_t i = 0; i < wishes_.size(); ++i)
      for (const Sighting& server : world_.views[i].servers) {
        const std::string whose = wishes_[i].key.type + " of " + wishes_[i].key.name;
        if (!server.answered()) {
          judgement_.add(Verdict::unknown,
                         who(server) + " does not say what " + whose + " is: " + said(server.answer),
                         "look at that name server, and ask again");
          continue;
        }
        if (!server.answer.authoritative)
          fall_behind(server, "answers without authority", "it is delegated to, and does not have the zone");
        if (!shows(wishes_[i], server.answer))
          fall_behind(server, "answers " + said(server.answer) + " for " + whose,
                      "look whether it follows the zone");
        else if (const auto ttl = wishes_[i].ttl;
                 ttl && !server.answer.rrset.data.empty() && server.answer.rrset.ttl != *ttl)
          fall_behind(server, "gives " + whose + " a TTL of " + to_string(kept(server.answer)),
                      "look whether it follows the zone");
      }
  }

  /// What a cache has is on its way to nothing: a TTL up to the one that is wished.
  bool is_cached_as_wished(const Wish& wish, const Sighting& seen) const {
    if (!shows(wish, seen.answer)) return false;
    return !wish.ttl || seen.answer.rrset.data.empty() || seen.answer.rrset.ttl <= *wish.ttl;
  }

  void look_at_serials() {
    const std::vector<Sighting>& servers = world_.views.back().servers;
    const Sighting* newest = nullptr;
    std::map<const Sighting*, std::uint32_t> serials;
    for (const Sighting& server : servers) {
      const auto soa =
          server.answer.rrset.data.empty() ? std::nullopt : read_soa(server.answer.rrset.data.front());
      if (!soa) {
        judgement_.add(Verdict::unknown,
                       who(server) + " does not say which serial it has: " + said(server.answer),
                       "look at that name server, and ask again");
        continue;
      }
      serials[&server] = soa->serial;
      if (!newest || is_newer(soa->serial, serials[newest])) newest = &server;
    }
    if (!newest) return;
    serial_ = serials[newest];
    for (const auto& [server, serial] : serials)
      if (serial != *serial_)
        fall_behind(*server,
                    "has serial " + std::to_string(serial) + " and " + who(*newest) + " has " +
                        std::to_string(*serial_),
                    "it does not follow the zone: look whether it is notified and may transfer it");
  }

  /// Its cache is empty, so that it says nothing of caches; but what it cannot resolve or validate nobody
  /// can.
  void look_at_own_resolver() {
    for (std::size_t i = 0; i < wishes_.size(); ++i) {
      const Sighting& own = world_.views[i].resolvers.back();
      if (!own.answered())
        judgement_.add(
            Verdict::unknown,
            "our own resolver gets no answer for " + wishes_[i].key.type + " of " + wishes_[i].key.name +
                ": " + said(own.answer),
            own.answer.status == DnsStatus::bogus ? "compare the DS at the parent with the keys" : "");
    }
  }

  void look_at_resolvers() {
    for (std::size_t i = 0; i < wishes_.size(); ++i) {
      const auto& resolvers = world_.views[i].resolvers;
      for (std::size_t r = 0; r + 1 < resolvers.size(); ++r) {
        ++named_;
        if (!resolvers[r].answered()) {
          silent_.push_back(resolvers[r].address + ": " + said(resolvers[r].answer));
        } else if (is_cached_as_wished(wishes_[i], resolvers[r])) {
          ++shown_;
        } else {
          stale_.emplace(resolvers[r].address, "answers " + said(resolvers[r].answer) + " for another " +
                                                   to_string(kept(resolvers[r].answer)));
          cached_for_ = std::max(cached_for_, kept(resolvers[r].answer));
        }
      }
    }
  }

  std::optional<Time> end_when_published(bool propagated) const {
    if (propagated) return time_is_over() ? *cached_until_ : now_;
    if (cached_until_) return cached_until_;
    if (stale_.empty()) return std::nullopt;
    return after(now_, cached_for_);
  }

  void judge_caches(bool propagated) {
    for (const auto& [resolver, what] : stale_)
      judgement_.add(
          propagated ? Verdict::warn : Verdict::fail,
          "the resolver " + resolver + " " + what + (propagated ? ", though the old TTL has run out" : ""),
          propagated ? "let the old host answer a while longer" : "");
    if (propagated) return;
    for (const std::string& silent : silent_)
      judgement_.add(cached_until_ ? Verdict::warn : Verdict::unknown,
                     "the resolver " + silent + " could not be asked");
    if (cached_until_)
      judgement_.add(Verdict::fail, "every name server has it, but resolvers may keep the old until " +
                                        to_local_string(*cached_until_));
  }

  std::string all_is_well() const {
    const std::string servers = "every name server has it";
    if (time_is_over())
      return servers + ", and the old TTL has run out at " + to_local_string(*cached_until_);
    const std::size_t resolvers = named_ / wishes_.size();
    return servers + ", and so " +
           (resolvers == 1 ? "has the named resolver"
                           : "have the " + std::to_string(resolvers) + " named resolvers");
  }

  std::string zone_;
  Time now_;
  std::vector<Wish> wishes_;
  World world_;
  std::optional<Time> cached_until_;
  Judgement judgement_;
  std::map<std::string, std::string> behind_;  ///< server -> why
  std::map<std::string, std::string> stale_;   ///< resolver -> what it answers
  std::vector<std::string> silent_;
  std::optional<std::uint32_t> serial_;
  Duration cached_for_;  ///< for how long the named resolvers say to keep the old
  std::size_t named_ = 0, shown_ = 0;
};

class DnsPropagated final : public StepType {
 public:
  const StepDeclaration& declaration() const override { return declaration_; }

  Result<void> check(const Params& params) const override {
    if (params.has("changed_at") != params.has("old_ttl"))
      return fail(ErrorKind::invalid, "propagated.clock",
                  "`changed_at` and `old_ttl` only tell something together");
    if (!params.has("cached_until") && !params.has("changed_at") && !params.has("resolvers"))
      return fail(ErrorKind::invalid, "propagated.caches", "nothing tells when the old has left the caches",
                  "add `cached_until`, or `changed_at` and `old_ttl`, or `resolvers`");
    if (!params.waits_for().empty()) return {};
    return read_wishes(params, normal_name(params.text("domain"))).map([](const auto&) {});
  }

  Result<Finding> probe(StepContext& context) const override {
    const Params& params = context.params();
    const std::string zone = normal_name(params.text("domain"));
    auto wishes = read_wishes(params, zone);
    if (!wishes) return tl::unexpected(std::move(wishes).error());
    std::vector<RRsetKey> keys;
    for (const Wish& wish : *wishes) keys.push_back(wish.key);
    keys.push_back({zone, "SOA"});
    const ParentView parent = ask_parent(zone, context.dns(), context.deadline());
    World world = look_around(keys, zone, params.texts("resolvers"), context.dns(), context.deadline(),
                              addresses_of_servers(parent.name_servers, context.dns(), context.deadline()));
    if (world.trouble.empty() && !parent.trouble.empty())
      world.trouble = "the parent of " + zone + " does not say which name servers it has: " + parent.trouble;
    const Time now = context.clock().now();
    context.keep_evidence("dns.txt", protocol(keys, world, now));
    return PropagatedLooker(params, zone, now, std::move(*wishes), std::move(world)).finding();
  }

 private:
  StepDeclaration declaration_ = declare_propagated();
};

}  // namespace

std::unique_ptr<StepType> make_dns_propagated() {
  return std::make_unique<DnsPropagated>();
}

}  // namespace mxodus
