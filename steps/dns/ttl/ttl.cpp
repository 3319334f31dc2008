#include "steps/dns/ttl/ttl.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/owner_name.h"
#include "steps/dns/protocol.h"
#include "steps/dns/stored.h"
#include "steps/dns/ttl/declaration.h"
#include "steps/dns/ttl/entry.h"
#include "steps/dns/ttl/report.h"
#include "steps/dns/zone_entry.h"
#include "steps/dns/zone_look.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::chrono::hours kLongest{7 * 24};  // resolvers cut longer ones

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
    if (const auto told = params.duration("old_ttl"); told && told->value > kLongest)
      return fail(ErrorKind::invalid, "ttl.old", "`old_ttl` is longer than resolvers keep anything",
                  "write at most 7d");
    return read_ttl_entries(params, "").map([](const auto&) {});
  }

  Result<Finding> probe(StepContext& context) const override { return look(context, {}); }

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
    if (std::string doubt = text_in(found.state, "doubt"); !doubt.empty())
      plan.warnings.push_back(std::move(doubt));
    if (found.verdict == Verdict::fail) plan.would_fail = found.sentence;
    if (!change.before.empty() && !plan.would_fail) fill(plan, change, found);
    return plan;
  }

  Result<Work> apply(const Params&, const StepPlan& plan) const override {
    return write_zone(plan.summary, change_from_value(plan.apply), patience_.pause);
  }

  Result<Finding> finish(StepContext& context, const StepPlan& plan, const WorkResult&) const override {
    const auto told = [&](const char* key) {
      const auto* duration = value_in(plan.apply, key).get<Duration>();
      return duration ? *duration : Duration{};
    };
    const Earlier earlier{change_from_value(plan.apply).before, told("negative_ttl"), told("served_ttl")};
    // A server handed out the old TTL until just now: the time counts from this look, not from the write.
    auto found = look_until_holds(context, patience_, [&] { return look(context, earlier); });
    if (!found) return found;
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
      question.text += "\n- " + entry.key.type + " of " + printable_line(shown_owner(entry.key.name)) + ": " +
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
  static Result<Finding> look(StepContext& context, Earlier earlier) {
    const Params& params = context.params();
    earlier.told = params.duration("old_ttl");
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
    return report(
        {name, std::move(*entries), std::move(*seen), params.text("managed_by"), std::move(earlier)}, now);
  }

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
                   counted(change.before.size(), "RRset") + " of " + text_in(found.state, "zone");
    plan.undo = to_value(change);
    plan.apply = plan.undo;
    for (const char* known : {"negative_ttl", "served_ttl"})
      (*plan.apply.get<ValueMap>())[known] = value_in(found.state, known);
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
