#include "steps/dns/records/records.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "steps/dns/records/declaration.h"
#include "steps/dns/records/neighbours.h"
#include "steps/dns/records/report.h"
#include "steps/dns/stored.h"
#include "steps/dns/zone_entry.h"
#include "steps/dns/zone_look.h"
#include "steps/dns/zone_work.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

using namespace dns;

/// An RRset that is to be written.
struct Pending {
  StoredRRset before;
  StoredRRset after;
  Duration kept;  ///< how long resolvers may answer what is there now
};

/// Records that others point to come first, so that no pointer is ever without its target.
int order_of(const std::string& type) {
  if (type == "A" || type == "AAAA") return 0;
  return type == "MX" || type == "CNAME" || type == "SRV" || type == "NS" ? 2 : 1;
}

/// Whether a change makes room for another: a CNAME stands alone, and has to go, or to wait, until the rest
/// of its name is as it will be. There is no other moment without a record.
bool makes_room(const Pending& one, const std::vector<Pending>& all) {
  if (one.after.exists()) return false;
  return std::any_of(all.begin(), all.end(), [&](const Pending& other) {
    const bool same_name = other.after.rrset.name == one.before.rrset.name;
    return same_name && other.after.exists() &&
           (other.after.rrset.type == "CNAME" || one.before.rrset.type == "CNAME");
  });
}

/// Whether clients follow the record to a host.
bool leads_to_host(const std::string& type) {
  return type == "A" || type == "AAAA" || type == "MX" || type == "CNAME" || type == "SRV";
}

Value as_record_entry(const Value& set) {
  ValueMap entry = *set.get<ValueMap>();
  if (const auto data = entry.find("data"); data != entry.end()) {
    Value moved = data->second;
    entry.erase(data);
    entry["equals"] = std::move(moved);
  }
  return entry;
}

Duration kept_at(const Value& state, std::size_t index) {
  const Value* kept = state.find("kept");
  const auto* list = kept ? kept->get<ValueList>() : nullptr;
  const auto* time = list && index < list->size() ? (*list)[index].get<Duration>() : nullptr;
  return time ? *time : Duration{};
}

class DnsRecords final : public StepType {
 public:
  explicit DnsRecords(DnsPatience patience) : patience_(patience) {}

  const StepDeclaration& declaration() const override { return declaration_; }

  Effect effect(const Params& params) const override {
    return params.has("set") ? Effect::change : Effect::observe;
  }

  std::vector<std::string> tags(const Params& params) const override {
    std::vector<std::string> tags;
    const auto* sets = params.at("set").get<ValueList>();
    for (const Value& set : sets ? *sets : ValueList()) {
      const bool only_ttl =
          set.find("ttl") && !set.find("data") && !set.find("absent") && !set.find("replace");
      if (only_ttl) tags.emplace_back("lowers_ttl");
      const Value* type = only_ttl ? nullptr : set.find("type");
      if (type && *type == Value("MX")) tags.emplace_back("changes_mx");
      if (type && (*type == Value("A") || *type == Value("AAAA"))) tags.emplace_back("publishes");
    }
    return tags;
  }

  Result<void> check(const Params& params) const override {
    if (!params.has("set") && !params.has("records"))
      return fail(ErrorKind::invalid, "dns.nothing", "dns.records has nothing to do",
                  "add `records` to look, or `set` to change");
    if (params.has("set") && params.has("managed_by"))
      return fail(ErrorKind::invalid, "dns.managed",
                  "records that are managed by " + params.text("managed_by") + " are not set here",
                  "move the entries of `set` to `records` and wait with until: self.holds");
    if (!params.waits_for().empty()) return {};
    // The zone is not known here; an absolute name is compared with it when the step looks.
    auto wishes = read_wishes(params, "");
    if (!wishes) return tl::unexpected(std::move(wishes).error());
    return {};
  }

  Result<Finding> probe(StepContext& context) const override { return look_and_report(context, {}); }

  Result<StepPlan> plan(const Params& params, const Finding& found) const override {
    StepPlan plan;
    plan.summary = found.sentence;
    if (found.state.find("trouble")) {
      plan.would_fail = found.sentence;
      return plan;
    }
    if (std::string fault = text_in(found.state, "cannot_stand"); !fault.empty()) {
      plan.would_fail = std::move(fault);
      return plan;
    }
    auto wishes = read_wishes(params, text_in(found.state, "zone"));
    if (!wishes) return tl::unexpected(std::move(wishes).error());
    const auto stored = stored_from_value(found.state.find("stored"));
    const ProviderTraits traits = traits_from_state(found.state);
    std::vector<Pending> changes;
    for (std::size_t i = 0; i < std::min(stored.size(), wishes->size()); ++i) {
      if (!(*wishes)[i].to_make) continue;
      auto after = grant((*wishes)[i], stored[i], traits.ttl_floor);
      if (!after) {
        plan.would_fail = after.error().message;
        return plan;
      }
      if (same_rrset(stored[i], *after)) continue;
      if (std::string fault = cannot_hold(traits, *after); !fault.empty()) {
        plan.would_fail = std::move(fault);
        return plan;
      }
      if ((*wishes)[i].adds_beside(stored[i].rrset.data))
        plan.warnings.push_back("no text of " + (*wishes)[i].key.name + " begins with " +
                                printable_line((*wishes)[i].match, 40) + ": the new one is added");
      changes.push_back({stored[i], std::move(*after), kept_at(found.state, i)});
      warn(plan, changes.back());
    }
    if (changes.empty()) {
      if (found.verdict == Verdict::fail) plan.would_fail = found.sentence;
      return plan;
    }
    fill(plan, std::move(changes), found.state);
    return plan;
  }

  Result<Work> apply(const Params&, const StepPlan& plan) const override {
    return write_zone(plan.summary, change_from_value(plan.apply), patience_.pause);
  }

  Result<Finding> finish(StepContext& context, const StepPlan& plan, const WorkResult&) const override {
    // Whoever asked just before the change keeps the old for its whole TTL.
    const auto* kept = value_in(plan.apply, "kept_for").get<Duration>();
    return look_until_holds(context, patience_,
                            [&] { return look_and_report(context, kept ? *kept : Duration{}); });
  }

  Result<Work> undo(const Params&, const Value& undo, const Finding& now) const override {
    return take_back("put the records back", change_from_value(undo), now, patience_.pause);
  }

  Result<Question> question(const Params& params) const override {
    // The zone is not known here: names stay as they are written.
    auto wishes = read_wishes(params, "");
    if (!wishes) return tl::unexpected(std::move(wishes).error());
    Question question{.kind = GateKind::task};
    question.text = "Change these records " + place_of_change(params) + ":";
    ValueList records;
    for (const Wish& wish : *wishes)
      if (wish.to_make)
        question.text += "\n- " + wish.text() +
                         (wish.ttl ? ", TTL " + to_string(Duration{std::chrono::seconds(*wish.ttl)}) : "");
    if (const auto* sets = params.at("set").get<ValueList>())
      for (const Value& set : *sets) records.push_back(as_record_entry(set));
    ValueMap with = {{"records", std::move(records)}};
    if (params.has("zone")) with["zone"] = params.at("zone");
    question.done_if = NestedStep{"dns.records", std::move(with), "", ""};
    return question;
  }

  Result<Finding> take_answer(const Params&, const Answer& answer) const override {
    if (!answer.approved)
      return Finding{Verdict::fail, "the records were not changed: " + answer.why, {}, {}};
    return Finding{Verdict::ok, "somebody says that the records are changed", {}, {}};
  }

 private:
  static Result<Finding> look_and_report(StepContext& context, Duration kept) {
    auto look = look_now(context);
    if (!look) return said_no(std::move(look).error());
    Finding finding = report(*look, context.clock().now(), kept);
    context.keep_evidence("dns-records.json", to_indented_json(finding.outputs.at("records")));
    return finding;
  }

  static Result<Look> look_now(StepContext& context) {
    const Params& params = context.params();
    auto zone = zone_of_step(context.resources(), params);
    if (!zone) return tl::unexpected(std::move(zone).error());
    Look look{.zone = normal_name((*zone)->zone), .managed_by = params.text("managed_by")};
    auto wishes = read_wishes(params, look.zone);
    if (!wishes) return tl::unexpected(std::move(wishes).error());
    look.wishes = std::move(*wishes);

    std::vector<RRsetKey> keys;
    for (const Wish& wish : look.wishes) keys.push_back(wish.key);
    auto seen = look_at_zone(context, **zone, keys, params.texts("resolvers"));
    if (!seen) return tl::unexpected(std::move(seen).error());
    look.traits = std::move(seen->traits);
    look.stored = std::move(seen->stored);
    if (auto found = find_neighbours(context, **zone, look); !found) return tl::unexpected(found.error());
    look.world = std::move(seen->world);
    return look;
  }

  static Result<void> find_neighbours(StepContext& context, const Zone& zone, Look& look) {
    const auto makes = [](const Wish& wish) { return wish.gives_data(); };
    if (!look.traits.has_api || std::none_of(look.wishes.begin(), look.wishes.end(), makes)) return {};
    auto provider = open_provider(context, zone);
    if (!provider) return tl::unexpected(std::move(provider).error());
    auto found = neighbours_of(look.wishes, look.stored, **provider, context.deadline());
    if (!found) return tl::unexpected(std::move(found).error());
    look.neighbours = std::move(*found);
    return {};
  }

  static void warn(StepPlan& plan, const Pending& change) {
    const std::string whose = change.after.rrset.type + " of " + change.after.rrset.name;
    if (change.kept.value.count() == 0) return;
    plan.warnings.push_back(
        change.before.rrset.data.empty()
            ? "resolvers that asked for " + whose + " before may say for " + to_string(change.kept) +
                  " that there is none"
            : "resolvers may answer the old " + whose + " for " + to_string(change.kept) +
                  " after the change" +
                  (leads_to_host(change.after.rrset.type) ? ": let the old host answer until then" : ""));
  }

  static void fill(StepPlan& plan, std::vector<Pending> changes, const Value& state) {
    std::stable_sort(changes.begin(), changes.end(), [](const Pending& a, const Pending& b) {
      return order_of(a.before.rrset.type) < order_of(b.before.rrset.type);
    });
    const std::vector<Pending> all = changes;
    std::stable_partition(changes.begin(), changes.end(),
                          [&](const Pending& one) { return makes_room(one, all); });
    ZoneChange change;
    Duration longest;
    for (Pending& one : changes) {
      plan.changes.push_back(
          {one.before.rrset.name + ". " + one.before.rrset.type, text_of(one.before), text_of(one.after)});
      longest = std::max(longest, one.kept);
      change.before.push_back(std::move(one.before));
      change.after.push_back(std::move(one.after));
    }
    const bool by_hand = value_in(state, "has_api") == Value(false);
    plan.action = by_hand ? PlanAction::ask : PlanAction::change;
    plan.summary = (by_hand ? "ask somebody to change " : "change ") + counted(changes.size(), "RRset") +
                   " of " + text_in(state, "zone");
    plan.undo = to_value(change);
    plan.apply = plan.undo;
    (*plan.apply.get<ValueMap>())["kept_for"] = longest;
  }

  DnsPatience patience_;
  StepDeclaration declaration_ = declare_dns_records();
};

}  // namespace

std::unique_ptr<StepType> make_dns_records(DnsPatience patience) {
  return std::make_unique<DnsRecords>(patience);
}

}  // namespace mxodus
