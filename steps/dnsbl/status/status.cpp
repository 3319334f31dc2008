#include "steps/dnsbl/status/status.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "steps/dnsbl/status/query.h"

namespace mxodus {
namespace {

using namespace dnsbl;

constexpr std::size_t kSaid = 4;  // entries that are told in the sentence

StepDeclaration declare_dnsbl_status() {
  StepDeclaration declaration;
  declaration.name = "dnsbl.status";
  declaration.effect = Effect::observe;
  declaration.summary = "Sees whether blacklists list an address";
  declaration.doc =
      R"(Asks DNS blacklists for each address: `listed`, `clean` or `unknown`. A list is believed only if it lists its
test entry 127.0.0.2 and not 127.0.0.1 (RFC 5782): lists that are dead, list the world, or do not answer this resolver
are unknown, never clean. So are codes that a list does not document, refusals such as 127.255.255.254, and anything
that is no code at all.

Without `lists`, or with none in it, the built-in catalogue is asked, up to `tier` (1: act before the move, 2: act, 3: for information). A
listing in tier 1 or 2 is a failure, in tier 3 a warning; what is unknown makes the step unknown unless something
failed. Lists that are known to be dead, or to answer customers alone, are not asked, and that is a warning. One that
answers registered resolvers alone, as Barracuda's does, is asked where `lists` names it.

Give the addresses from which mail really leaves: `net.reach` with `seen_as` tells where servers see a host. The questions are asked by mxodus
itself, from the laptop. With `until: self.listed == 0` and `every` the step waits for a removal; an answer may be kept
for its `ttl`, so a shorter `every` asks for nothing.)";
  declaration.example = R"(delisted:
  uses: dnsbl.status
  with: {addresses: [198.51.100.20, "2001:db8:51::20"]}
  until: self.listed == 0
  every: 30m
  deadline: 5d
)";
  declaration.params = {
      {.name = "addresses",
       .type = ParamType::address,
       .doc = "The addresses from which mail leaves, IPv4 and IPv6.",
       .required = true,
       .list = true},
      {.name = "lists",
       .type = ParamType::hostname,
       .doc = "The zones to ask in place of the catalogue's; also such as it does not know, which count as "
              "tier 2.",
       .list = true},
      {.name = "tier",
       .type = ParamType::integer,
       .doc = "Up to which tier the catalogue is asked, 1 to 3.",
       .fallback = 2},
  };
  declaration.outputs = {
      {.name = "listed", .type = ParamType::integer, .doc = "How many entries were found."},
      {.name = "clean", .type = ParamType::integer, .doc = "How many lists do not list an address."},
      {.name = "unknown",
       .type = ParamType::integer,
       .doc = "How many could not be asked or not be believed."},
      {.name = "results",
       .type = ParamType::map,
       .doc = "One entry a list and address: address, list, answer, codes, reason, note, tier, removal, ttl.",
       .list = true},
  };
  return declaration;
}

struct Choice {
  std::vector<std::string> zones;
  std::vector<std::string> refused;  ///< sentences
};

Choice choose_lists(const Params& params) {
  Choice choice;
  const std::vector<std::string> lists = params.texts("lists");
  if (lists.empty()) {
    for (const List& list : catalogue())
      if (list.status == ListStatus::alive && list.tier <= params.integer("tier"))
        choice.zones.emplace_back(list.zone);
    return choice;
  }
  for (const std::string& written : lists) {
    const std::string zone = normal_name(written);
    const List* list = find_list(zone);
    if (!list || list->status == ListStatus::alive || list->status == ListStatus::registered) {
      if (std::find(choice.zones.begin(), choice.zones.end(), zone) == choice.zones.end())
        choice.zones.push_back(zone);
      continue;
    }
    const char* why = list->status == ListStatus::dead     ? " is dead"
                      : list->status == ListStatus::closed ? " is not for everybody"
                                                           : " answers customers alone";
    choice.refused.push_back("the list " + zone + why + " and is not asked" +
                             (list->note.empty() ? "" : " (" + std::string(list->note) + ")"));
  }
  return choice;
}

Value entry_value(const Entry& entry) {
  ValueList codes;
  for (const std::string& code : entry.codes) codes.push_back(printable_line(code, 40));
  ValueMap map{{"address", entry.address},
               {"list", entry.zone},
               {"answer", to_string(entry.standing)},
               {"codes", std::move(codes)},
               {"reason", entry.reason},
               {"note", entry.note},
               {"tier", std::int64_t{entry.tier()}},
               {"removal", std::string(entry.list ? entry.list->removal : "")},
               {"ttl", Duration{std::chrono::seconds(entry.ttl)}}};
  return map;
}

Verdict verdict_of(const Entry& entry) {
  if (entry.standing == Standing::unknown) return Verdict::unknown;
  if (entry.standing == Standing::clean) return Verdict::ok;
  return entry.tier() <= 2 ? Verdict::fail : Verdict::warn;
}

std::string listing_text(const Entry& entry) {
  std::string text = entry.address + " is listed on " + entry.zone + " (" + join(entry.codes, ", ") +
                     (entry.reason.empty() ? "" : ", \"" + entry.reason + "\"") + ")";
  if (entry.list && !entry.list->removal.empty()) text += ", removal: " + std::string(entry.list->removal);
  return text;
}

/// The lists that say nothing, those with the same reason together.
std::vector<std::string> tell_unknown(const std::vector<Entry>& entries) {
  std::map<std::string, std::vector<std::string>> zones_by_reason;
  for (const Entry& entry : entries) {
    if (entry.standing != Standing::unknown) continue;
    auto& zones = zones_by_reason[entry.note];
    if (std::find(zones.begin(), zones.end(), entry.zone) == zones.end()) zones.push_back(entry.zone);
  }
  std::vector<std::string> said;
  for (auto& [reason, zones] : zones_by_reason) {
    const std::size_t more = zones.size() > kSaid ? zones.size() - kSaid : 0;
    zones.resize(zones.size() - more);
    said.push_back(join(zones, ", ") + (more ? " and " + std::to_string(more) + " more lists" : "") +
                   " cannot be asked: " + reason);
  }
  return said;
}

std::string tell(const std::vector<Entry>& entries, const std::vector<std::string>& unasked) {
  std::vector<std::string> said;
  std::size_t listings = 0;
  for (const Entry& entry : entries)
    if (entry.standing == Standing::listed && ++listings <= kSaid) said.push_back(listing_text(entry));
  if (listings > kSaid) said.push_back(std::to_string(listings - kSaid) + " more listings");
  for (std::string& unknown : tell_unknown(entries)) said.push_back(std::move(unknown));
  said.insert(said.end(), unasked.begin(), unasked.end());
  return join(said, "; ");
}

class DnsblStatus final : public StepType {
 public:
  const StepDeclaration& declaration() const override { return declaration_; }

  Result<void> check(const Params& params) const override {
    if (!params.waits_for().empty()) return {};
    if (params.integer("tier") < 1 || params.integer("tier") > 3)
      return fail(ErrorKind::invalid, "dnsbl.tier", "`tier` is 1, 2 or 3");
    return {};
  }

  Result<Finding> probe(StepContext& context) const override {
    const Choice choice = choose_lists(context.params());
    std::vector<std::string> addresses, unasked;
    for (std::string& address : context.params().texts("addresses")) {
      if (is_private(address)) {
        unasked.push_back(address +
                          " is a private address, which no list holds; write the one the world sees");
      } else {
        addresses.push_back(std::move(address));
      }
    }
    const std::vector<Entry> entries = ask_lists(choice.zones, addresses, context.dns(), context.deadline());

    Finding finding;
    finding.verdict = choice.refused.empty() ? Verdict::ok : Verdict::warn;
    std::map<Standing, std::int64_t> counts;
    ValueList results;
    ValueMap state;
    for (const Entry& entry : entries) {
      finding.verdict = worse(finding.verdict, verdict_of(entry));
      ++counts[entry.standing];
      results.push_back(entry_value(entry));
      state[entry.address + " " + entry.zone] = to_string(entry.standing);
    }
    for (const std::string& address : addresses) {
      const bool asked = std::any_of(entries.begin(), entries.end(),
                                     [&](const Entry& entry) { return entry.address == address; });
      if (!asked) unasked.push_back("none of the lists covers " + address);
    }
    if (!unasked.empty()) finding.verdict = worse(finding.verdict, Verdict::unknown);
    context.keep_evidence("blacklists.json", to_indented_json(Value(results)));
    counts[Standing::unknown] += static_cast<std::int64_t>(unasked.size());
    unasked.insert(unasked.end(), choice.refused.begin(), choice.refused.end());
    finding.sentence = tell(entries, unasked);
    if (finding.sentence.empty())
      finding.sentence = choice.zones.size() == 1
                             ? "clean on the one list"
                             : "clean on all " + std::to_string(choice.zones.size()) + " lists";
    finding.outputs = {{"listed", counts[Standing::listed]},
                       {"clean", counts[Standing::clean]},
                       {"unknown", counts[Standing::unknown]},
                       {"results", std::move(results)}};
    finding.state = std::move(state);
    return finding;
  }

 private:
  StepDeclaration declaration_ = declare_dnsbl_status();
};

}  // namespace

std::unique_ptr<StepType> make_dnsbl_status() {
  return std::make_unique<DnsblStatus>();
}

}  // namespace mxodus
