#include "steps/dns/ttl/ttl.h"

#include <algorithm>
#include <functional>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "steps/dns/judgement.h"
#include "steps/dns/protocol.h"
#include "steps/dns/soa.h"
#include "steps/dns/stored.h"
#include "steps/dns/ttl/declaration.h"
#include "steps/dns/ttl/entry.h"
#include "steps/dns/zone_entry.h"
#include "steps/dns/zone_look.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

using namespace dns;

Duration in_seconds(std::uint32_t seconds) {
  return Duration{std::chrono::seconds(seconds)};
}

std::string count_of(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " RRset" : " RRsets");
}

/// What the step's outputs say of RRsets as they are before a change.
void describe(ValueMap& outputs, const std::vector<StoredRRset>& before, Duration negative, Time changed) {
  std::uint32_t longest = 0;
  ValueList records;
  for (const StoredRRset& set : before) {
    if (!set.exists()) continue;
    longest = std::max(longest, set.rrset.ttl);
    records.push_back(
        ValueMap{{"name", set.rrset.name}, {"type", set.rrset.type}, {"ttl", in_seconds(set.rrset.ttl)}});
  }
  const Duration held = std::max(in_seconds(longest), negative);
  outputs["old_ttl"] = in_seconds(longest);
  outputs["negative_ttl"] = negative;
  outputs["wait_until"] = Time{changed.since_epoch + held.value};
  outputs["records"] = std::move(records);
}

class Look {
 public:
  Look(std::string zone, std::vector<TtlEntry> entries, ZoneLook seen, std::string managed_by)
      : zone_(std::move(zone)),
        entries_(std::move(entries)),
        seen_(std::move(seen)),
        managed_by_(std::move(managed_by)) {}

  Finding finding(Time now) {
    for (std::size_t i = 0; i < entries_.size(); ++i) look_at(i);
    for (const Sighting& server : seen_.world.views.back().servers)
      negative_ = std::max(negative_, negative_ttl(server.answer));
    if (!seen_.world.trouble.empty())
      judgement_.add(pending_ > 0 ? Verdict::warn : Verdict::unknown,
                     "the name servers could not be asked: " + seen_.world.trouble);

    Finding finding;
    finding.verdict = judgement_.verdict();
    describe(finding.outputs, seen_.stored, in_seconds(negative_), now);
    finding.outputs["holds"] = pending_ == 0 && finding.verdict == Verdict::ok;
    finding.sentence = judgement_.sentence(all_is_well(finding.outputs));
    finding.state = ValueMap{{"zone", zone_},
                             {"provider", seen_.traits.name},
                             {"has_api", seen_.traits.has_api},
                             {"ttl_floor", std::int64_t{seen_.traits.ttl_floor}},
                             {"negative_ttl", in_seconds(negative_)},
                             {"stored", to_value(seen_.stored)}};
    return finding;
  }

 private:
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
    const std::string who = server.name + " at " + server.address;
    if (!server.answered())
      return judgement_.add(pending ? Verdict::warn : Verdict::unknown,
                            who + " does not say what " + whose + " is", "look at that name server");
    if (!server.answer.canonical.empty())
      return judgement_.add(
          Verdict::fail, entry.key.name + " is an alias: the TTL of its CNAME counts too",
          "name {name: " + entry.key.name + ", type: CNAME}, and the records of " + server.answer.canonical);
    const bool data = server.answer.status == DnsStatus::data;
    if (pending || !data || stored.rrset.data.empty() || server.answer.rrset.ttl == stored.rrset.ttl) return;
    judgement_.add(Verdict::fail,
                   who + " still gives " + whose + " a TTL of " +
                       to_string(in_seconds(server.answer.rrset.ttl)) + " and not " +
                       to_string(in_seconds(stored.rrset.ttl)),
                   "look whether it follows the zone");
  }

  std::string all_is_well(const ValueMap& outputs) const {
    if (pending_ > 0)
      return count_of(static_cast<std::size_t>(pending_)) + " of " + zone_ +
             (pending_ == 1 ? " is to get another TTL" : " are to get another TTL");
    const std::string until = to_local_string(*outputs.at("wait_until").get<Time>());
    const bool wished = std::any_of(entries_.begin(), entries_.end(), std::mem_fn(&TtlEntry::to_make));
    if (wished)
      return "the TTL of " + count_of(entries_.size()) + " of " + zone_ +
             " is as wished everywhere; since when, this look cannot tell";
    return "what is changed now in " + count_of(entries_.size()) + " of " + zone_ +
           " is seen by everybody from " + until + " on: resolvers keep the old for up to " +
           to_string(outputs.at("old_ttl")) + ", and that there is none for " +
           to_string(outputs.at("negative_ttl"));
  }

  std::string zone_;
  std::vector<TtlEntry> entries_;
  ZoneLook seen_;
  std::string managed_by_;
  Judgement judgement_;
  int pending_ = 0;
  std::uint32_t negative_ = 0;
};

class DnsTtl final : public StepType {
 public:
  explicit DnsTtl(DnsPatience patience) : patience_(patience) {}

  const StepDeclaration& declaration() const override { return declaration_; }

  Effect effect(const Params& params) const override {
    return changes(params) ? Effect::change : Effect::observe;
  }

  std::vector<std::string> tags(const Params& params) const override {
    return params.has("lower") ? declaration_.tags : std::vector<std::string>();
  }

  Result<void> check(const Params& params) const override {
    if (!params.waits_for().empty()) return {};
    // The zone is not known here; an absolute name is compared with it when the step looks.
    return read_ttl_entries(params, "").map([](const auto&) {});
  }

  Result<Finding> probe(StepContext& context) const override {
    const Params& params = context.params();
    auto zone = zone_of_step(context.resources(), params);
    if (!zone) return tl::unexpected(std::move(zone).error());
    const std::string name = normal_name((*zone)->zone);
    auto entries = read_ttl_entries(params, name);
    if (!entries) return tl::unexpected(std::move(entries).error());
    std::vector<RRsetKey> keys;
    for (const TtlEntry& entry : *entries) keys.push_back(entry.key);
    auto seen = look_at_zone(context, **zone, keys, {});
    if (!seen) return said_no(std::move(seen).error());
    keys.push_back({name, "SOA"});
    const Time now = context.clock().now();
    context.keep_evidence("dns.txt", protocol(keys, seen->world, now));
    return Look(name, std::move(*entries), std::move(*seen), params.text("managed_by")).finding(now);
  }

  Result<StepPlan> plan(const Params& params, const Finding& found) const override {
    StepPlan plan;
    plan.summary = found.sentence;
    if (found.state.find("trouble")) {
      plan.would_fail = found.sentence;
      return plan;
    }
    auto entries = read_ttl_entries(params, text_in(found.state, "zone"));
    if (!entries) return tl::unexpected(std::move(entries).error());
    const auto stored = stored_from_value(found.state.find("stored"));
    const ProviderTraits traits = traits_from_state(found.state);
    ZoneChange change;
    for (std::size_t i = 0; changes(params) && i < std::min(stored.size(), entries->size()); ++i) {
      const TtlEntry& entry = (*entries)[i];
      if (!stored[i].exists() || entry.met_by(stored[i].rrset.ttl, traits.ttl_floor)) continue;
      StoredRRset after = stored[i];
      after.rrset.ttl = entry.wanted(after.rrset.ttl, traits.ttl_floor);
      if (std::string fault = cannot_hold(traits, after); !fault.empty()) {
        plan.would_fail = std::move(fault);
        return plan;
      }
      if (after.rrset.ttl > entry.exactly.value_or(*entry.at_most))
        plan.warnings.push_back("the TTL of " + entry.key.type + " of " + entry.key.name + " becomes " +
                                to_string(in_seconds(after.rrset.ttl)) +
                                ": the provider allows no shorter one");
      plan.changes.push_back(
          {after.rrset.name + ". " + after.rrset.type, text_of(stored[i]), text_of(after)});
      change.before.push_back(stored[i]);
      change.after.push_back(std::move(after));
    }
    if (found.verdict == Verdict::fail) plan.would_fail = found.sentence;
    if (!change.before.empty() && !plan.would_fail) fill(plan, change, found);
    return plan;
  }

  Result<Work> apply(const Params&, const StepPlan& plan) const override {
    return write_zone(plan.summary, change_from_value(plan.apply), patience_.pause);
  }

  Result<Finding> finish(StepContext& context, const StepPlan& plan, const WorkResult&) const override {
    auto found = look_until_holds(context, patience_, [&] { return probe(context); });
    if (!found) return found;
    // A server handed out the old TTL until just now: the time counts from this look, not from the write.
    const auto* negative = value_in(plan.apply, "negative_ttl").get<Duration>();
    describe(found->outputs, change_from_value(plan.apply).before, negative ? *negative : Duration{},
             context.clock().now());
    if (found->verdict == Verdict::ok)
      found->sentence = plan.summary + ": every name server has it; resolvers may keep the old until " +
                        to_local_string(*found->outputs["wait_until"].get<Time>());
    return found;
  }

  Result<Work> undo(const Params&, const Value& undo, const Finding& now) const override {
    return take_back("put the TTLs back", change_from_value(undo), now, patience_.pause);
  }

  Result<Question> question(const Params& params) const override {
    auto entries = read_ttl_entries(params, "");
    if (!entries) return tl::unexpected(std::move(entries).error());
    Question question{.kind = GateKind::task};
    question.text = "Change the TTL of these records " + place_of_change(params) + ":";
    for (const TtlEntry& entry : *entries)
      question.text += "\n- " + entry.key.type + " of " + printable_line(entry.key.name) + ": " +
                       (entry.exactly ? "" : "at most ") +
                       to_string(in_seconds(entry.exactly.value_or(entry.at_most.value_or(0))));
    ValueMap with = params.values();
    with["managed_by"] = "whoever edits the zone";
    question.done_if = NestedStep{"dns.ttl", std::move(with), "", ""};
    return question;
  }

  Result<Finding> take_answer(const Params&, const Answer& answer) const override {
    if (!answer.approved) return Finding{Verdict::fail, "the TTLs were not changed: " + answer.why, {}, {}};
    return Finding{Verdict::ok, "somebody says that the TTLs are changed", {}, {}};
  }

 private:
  /// A TTL is to be made, as far as that is known: records that are not may bring theirs.
  static bool changes(const Params& params) {
    if (params.has("managed_by")) return false;
    if (params.has("lower")) return true;
    const auto* list = params.at("records").get<ValueList>();
    return !list || std::any_of(list->begin(), list->end(),
                                [](const Value& entry) { return entry.find("ttl") != nullptr; });
  }

  static void fill(StepPlan& plan, const ZoneChange& change, const Finding& found) {
    const bool by_hand = value_in(found.state, "has_api") == Value(false);
    plan.action = by_hand ? PlanAction::ask : PlanAction::change;
    plan.summary = std::string(by_hand ? "ask somebody to change the TTL of " : "change the TTL of ") +
                   count_of(change.before.size()) + " of " + text_in(found.state, "zone");
    plan.undo = to_value(change);
    plan.apply = plan.undo;
    (*plan.apply.get<ValueMap>())["negative_ttl"] = value_in(found.state, "negative_ttl");
    const auto until = found.outputs.find("wait_until");
    if (until != found.outputs.end())
      plan.warnings.push_back("changed now, resolvers may keep the records with their old TTL until " +
                              to_local_string(*until->second.get<Time>()) +
                              ": what relies on the new TTL waits for wait_until");
  }

  DnsPatience patience_;
  StepDeclaration declaration_ = declare_ttl();
};

}  // namespace

std::unique_ptr<StepType> make_dns_ttl(dns::DnsPatience patience) {
  return std::make_unique<DnsTtl>(patience);
}

}  // namespace mxodus
