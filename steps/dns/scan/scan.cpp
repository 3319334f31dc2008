#include "steps/dns/scan/scan.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "steps/dns/existence.h"
#include "steps/dns/judgement.h"
#include "steps/dns/scan/declaration.h"
#include "steps/dns/scan/dictionary.h"
#include "steps/dns/scan/follow.h"
#include "steps/dns/scan/sources.h"
#include "steps/dns/zone_entry.h"
#include "steps/support/look.h"
#include "steps/support/values.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::size_t kScanQuestions = 20'000;  // of one look
constexpr std::size_t kHitsGiven = 40;          // outputs have 64 KiB together
constexpr std::size_t kTroublesGiven = 10;

Value source_value(const Source& source) {
  return ValueMap{{"kind", source.kind},
                  {"what", source.what},
                  {"looked_at", source.looked_at},
                  {"complete", source.complete},
                  {"note", source.note}};
}

class ScanLooker {
 public:
  explicit ScanLooker(StepContext& context)
      : context_(context),
        params_(context.params()),
        old_(params_.texts("old_address"), params_.texts("old_name")),
        dns_(context.dns(), context.clock(), kScanQuestions) {}

  Result<Finding> take() {
    auto zones = zones_named();
    if (!zones) return tl::unexpected(std::move(zones).error());
    for (const std::string& domain : params_.texts("domain")) add_domain(domain);
    for (const Zone* zone : *zones) add_domain(zone->zone);
    for (const auto& [zone, path] : params_.map("zone_file")) add_domain(zone);
    gather(*zones);
    for (const SourceRecord& record : gathered_.records)
      for (const Lead& lead : leads_of(record.set, old_, domains_).leads) {
        hits_.push_back(hit_of(record, lead));
        if (gathered_.is_glue(record)) hits_.back().form = "glue";
      }
    Follower(old_, domains_, context_.clock().now(), dns_, context_.deadline()).follow(gathered_, hits_);
    return finding();
  }

 private:
  Result<std::vector<const Zone*>> zones_named() const {
    std::vector<const Zone*> zones;
    for (const std::string& name : params_.texts("zone")) {
      auto zone = find_zone(context_.resources(), name);
      if (!zone) return tl::unexpected(std::move(zone).error());
      zones.push_back(*zone);
    }
    return zones;
  }

  void add_domain(const std::string& name) {
    const std::string domain = normal_name(name);
    if (std::find(domains_.begin(), domains_.end(), domain) == domains_.end()) domains_.push_back(domain);
  }

  void gather(const std::vector<const Zone*>& zones) {
    std::set<std::string> names(name_params());
    std::map<std::string, std::vector<std::string>> globs;
    const auto* places = params_.at("files").get<ValueList>();
    for (const Value& place : places ? *places : ValueList())
      globs[text_in(place, "host")].push_back(text_in(place, "path"));
    look_through_files(context_, globs, old_, domains_, gathered_, hits_, names);

    std::set<std::string> to_guess;
    for (const std::string& domain : params_.texts("domain")) to_guess.insert(normal_name(domain));
    for (const Zone* zone : zones)
      if (!list_zone(context_, *zone, gathered_)) to_guess.insert(normal_name(zone->zone));
    for (const auto& [zone, path] : params_.map("zone_file"))
      read_zone_file(zone, to_string(path), old_, gathered_, hits_);
    for (const std::string& domain : to_guess) {
      const auto& listed = gathered_.listed;
      if (std::find(listed.begin(), listed.end(), domain) == listed.end())
        ask_dictionary(domain, names, old_, dns_, context_.deadline(), gathered_);
    }
  }

  /// `names`, each below every domain where it is not within one already.
  std::set<std::string> name_params() const {
    std::set<std::string> names;
    for (const std::string& name : params_.texts("names"))
      for (const std::string& domain : domains_)
        if (auto absolute = name_in_zone(name, domain)) names.insert(std::move(*absolute));
    return names;
  }

  Judgement judge() const {
    Judgement judgement;
    for (const Hit& hit : hits_) judgement.add(Verdict::fail, hit.sentence(), hit.mend());
    for (const std::string& domain : gathered_.missing) say_missing(domain, judgement);
    for (const std::string& trouble : gathered_.troubles)
      judgement.add(Verdict::unknown, "could not ask everything: " + trouble);
    for (const Source& source : gathered_.sources)
      if (source.kind == "dictionary")
        judgement.add(Verdict::warn, source.what + " may have more records: " + source.note,
                      is_entry(source.what)
                          ? "its provider cannot list it: add its zone file by `zone_file`, or allow the "
                            "transfer where it is rfc2136"
                          : "list it by `zone` or `zone_file`");
    return judgement;
  }

  /// Whether the playbook names this zone by an entry of `dns:`.
  bool is_entry(const std::string& zone) const {
    const auto zones = zones_named();
    return zones && std::any_of(zones->begin(), zones->end(),
                                [&](const Zone* one) { return normal_name(one->zone) == zone; });
  }

  std::string all_is_well() const {
    std::vector<std::string> looked;
    for (const Source& source : gathered_.sources) looked.push_back(source.what + ": " + source.note);
    return "nothing leads to " + old_.text() + " any more (" + printable_line(join(looked, "; "), 600) + ")";
  }

  void keep_evidence() {
    ValueList all;
    for (const Hit& hit : hits_) all.push_back(hit.value());
    context_.keep_evidence("hits.json", to_indented_json(Value(all)));
    context_.keep_evidence("dns.txt", dns_.protocol());
  }

  Finding finding() {
    keep_evidence();
    ValueList hits, sources, troubles, seen;
    bool complete = gathered_.troubles.empty() && gathered_.missing.empty();
    for (const Hit& hit : hits_) {
      if (hits.size() < kHitsGiven) hits.push_back(hit.value());
      seen.push_back(printable_line(hit.sentence(), 400));
    }
    for (const Source& source : gathered_.sources) {
      sources.push_back(source_value(source));
      complete = complete && source.complete;
    }
    for (const std::string& trouble : gathered_.troubles)
      if (troubles.size() < kTroublesGiven) troubles.push_back(printable_line(trouble, 300));
    const Judgement judgement = judge();
    ValueList mends = judgement.mends();
    if (mends.size() > kHitsGiven) mends.resize(kHitsGiven);

    Finding finding;
    finding.verdict = judgement.verdict();
    finding.sentence = judgement.sentence(all_is_well());
    finding.outputs = {{"count", static_cast<std::int64_t>(hits_.size())},
                       {"hits", std::move(hits)},
                       {"sources", std::move(sources)},
                       {"complete", complete},
                       {"troubles", std::move(troubles)},
                       {"mend", std::move(mends)}};
    finding.state = ValueMap{{"hits", std::move(seen)}};
    return finding;
  }

  StepContext& context_;
  const Params& params_;
  const OldPlaces old_;
  RememberingAsker dns_;
  std::vector<std::string> domains_;
  Gathered gathered_;
  std::vector<Hit> hits_;
};

Result<void> check_scan(const Params& params) {
  if (params.texts("old_address").empty() && params.texts("old_name").empty())
    return fail(ErrorKind::invalid, "scan.nothing-old", "dns.scan does not know what is old",
                "add `old_address` or `old_name`");
  const bool looks = !params.texts("zone").empty() || !params.texts("domain").empty() ||
                     !params.map("zone_file").empty() || params.has("files");
  if (!looks)
    return fail(ErrorKind::invalid, "scan.nowhere", "dns.scan has nowhere to look",
                "add `zone`, `zone_file`, `domain` or `files`");
  return {};
}

}  // namespace

std::unique_ptr<StepType> make_dns_scan() {
  return make_look(
      declare_scan(), [](StepContext& context) { return ScanLooker(context).take(); }, check_scan);
}

}  // namespace mxodus
