#include "steps/dns/delegation/delegation.h"

#include <algorithm>
#include <set>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "steps/dns/delegation/declaration.h"
#include "steps/dns/delegation/look.h"
#include "steps/dns/judgement.h"
#include "steps/support/look.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::size_t kDelegationQuestions = 1000;  // of one look, to the resolver

std::vector<std::string> normal(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const std::string& name : names) result.push_back(normal_name(name));
  std::sort(result.begin(), result.end());
  return result;
}

/// What is in `a` and not in `b`; both sorted.
std::vector<std::string> without(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> rest;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
  return rest;
}

ValueList list_of(const std::vector<std::string>& texts) {
  ValueList list;
  for (const std::string& text : texts) list.push_back(printable_line(text));
  return list;
}

class DelegationLooker {
 public:
  explicit DelegationLooker(StepContext& context)
      : context_(context),
        dns_(context.dns(), context.clock(), kDelegationQuestions),
        wanted_(normal(context.params().texts("server"))) {}

  Finding take() {
    for (const std::string& domain : context_.params().texts("domain")) {
      const Delegation look = look_at_delegation(domain, dns_, context_.deadline());
      const std::string chain = look.at_parent.empty() ? "unknown" : judge_chain(look);
      if (judge_parent(look)) {
        judge_names(look);
        judge_servers(look);
        for (const Glue& glue : look.glue) judge_glue(look, glue);
      }
      note(look, chain);
    }
    return finding();
  }

 private:
  void failed(const std::string& sentence, const std::string& mend) {
    judgement_.add(Verdict::fail, sentence, mend);
  }
  void warn(const std::string& sentence, const std::string& mend) {
    judgement_.add(Verdict::warn, sentence, mend);
  }
  void unknown(const std::string& sentence) { judgement_.add(Verdict::unknown, sentence); }

  /// Whether there is a delegation to judge.
  bool judge_parent(const Delegation& look) {
    if (!look.trouble.empty()) {
      unknown("the parent of " + look.zone + " could not be asked: " + look.trouble);
    } else if (look.at_parent.empty()) {
      failed(look.zone + " is not delegated: " + look.parent_server + " says " + to_string(look.parent),
             "have the registrar of " + look.zone + " delegate it to its name servers");
    } else if (const auto others = without(look.at_parent, wanted_); !wanted_.empty() && !others.empty()) {
      failed(look.zone + " is delegated to " + join(others, ", ") + " and not only to " + join(wanted_, ", "),
             "have the registrar name " + join(wanted_, ", "));
    } else if (const auto missing = without(wanted_, look.at_parent); !missing.empty()) {
      failed(look.zone + " is not delegated to " + join(missing, ", "),
             "have the registrar name " + join(wanted_, ", "));
    }
    return !look.at_parent.empty();
  }

  void judge_names(const Delegation& look) {
    for (const std::string& name : look.aliases)
      failed("the name server " + name + " of " + look.zone + " is an alias (RFC 2181, 10.3)",
             "give " + name + " addresses of its own");
    for (const std::string& name : look.nowhere)
      failed("the name server " + name + " of " + look.zone + " has no address",
             "publish addresses of " + name + ", or have it taken out of the delegation");
    if (look.at_parent.size() == 1)
      warn(look.zone + " has one name server alone: with it the domain is gone",
           "add a second one elsewhere");
    if (!look.zone_asked) return;
    const auto only_parent = without(look.at_parent, look.in_zone);
    const auto only_zone = without(look.in_zone, look.at_parent);
    if (!only_parent.empty())
      warn(look.zone + " is delegated to " + join(only_parent, ", ") + ", which the zone does not name",
           "bring NS of the zone and the entries at the registrar into line");
    if (!only_zone.empty())
      warn(look.zone + " names " + join(only_zone, ", ") + ", to which its parent does not delegate",
           "bring NS of the zone and the entries at the registrar into line");
  }

  void judge_servers(const Delegation& look) {
    std::set<std::string> serials;
    std::vector<std::string> told;
    for (const ZoneServer& server : look.servers) {
      const std::string who = server.name + (server.address.empty() ? "" : " (" + server.address + ")");
      if (server.standing == ZoneServer::Standing::lame)
        failed(who + " does not serve " + look.zone + ": " + server.why,
               "let " + server.name + " serve " + look.zone + ", or have it taken out of the delegation");
      if (server.standing == ZoneServer::Standing::unknown)
        unknown("whether " + who + " serves " + look.zone + " is not known: " + server.why);
      if (server.standing != ZoneServer::Standing::serves) continue;
      serials.insert(server.serial);
      told.push_back(who + " has " + server.serial);
    }
    if (serials.size() > 1)
      warn("the servers of " + look.zone + " have different serials: " + join(told, ", "),
           "wait a minute; where it stays, see why the one behind does not follow");
  }

  void judge_glue(const Delegation& look, const Glue& glue) {
    if (!glue.known) return unknown("the glue of " + glue.name + " could not be compared");
    const std::string mend = "have the registrar of " + look.zone + " set the glue of " + glue.name + " to " +
                             join(glue.in_zone, ", ");
    const bool delegated = std::binary_search(look.at_parent.begin(), look.at_parent.end(), glue.name);
    if (!delegated || glue.in_zone.empty() || glue.at_parent == glue.in_zone) return;
    if (glue.at_parent.empty()) return failed("the parent has no glue for " + glue.name, mend);
    const auto stale = without(glue.at_parent, glue.in_zone);
    const std::string sentence = "the glue of " + glue.name + " is " + join(glue.at_parent, ", ") +
                                 ", its address is " + join(glue.in_zone, ", ");
    if (stale.empty())
      warn(sentence, mend);
    else
      failed(sentence, mend);
  }

  std::string judge_chain(const Delegation& look) {
    const bool wanted = context_.params().flag("signed");
    for (const DnsAnswer* answer : {&look.soa, &look.ds, &look.dnskey})
      if (answer->status == DnsStatus::bogus) {
        failed(look.zone + " is bogus to everybody who validates" +
                   (answer->note.empty() ? "" : ": " + answer->note),
               "have the DS at the registrar match a key of the zone, or taken out until it does");
        return "bogus";
      }
    if (!is_answer(look.soa.status) || !is_answer(look.ds.status)) {
      unknown("whether " + look.zone + " is validated is not known: SOA " + to_string(look.soa.status) +
              ", DS " + to_string(look.ds.status));
      return "unknown";
    }
    if (look.soa.secure) return "secure";
    const bool keys = look.dnskey.status == DnsStatus::data;
    const bool ds = look.ds.status == DnsStatus::data;
    if (wanted)
      failed(look.zone + " is not validated: " +
                 (ds     ? "there is a DS, and no chain of trust from above or no algorithm that is known"
                  : keys ? "it has keys, and its parent has no DS"
                         : "it is not signed"),
             ds     ? "see the DS and the zones above"
             : keys ? "give the registrar the DS"
                    : "sign the zone first");
    else if (keys && !ds)
      warn(look.zone + " is signed, but its parent has no DS: nobody validates it",
           "give the registrar the DS");
    return "insecure";
  }

  void note(const Delegation& look, const std::string& chain) {
    ValueList servers;
    for (const ZoneServer& one : look.servers)
      servers.push_back(ValueMap{{"name", printable_line(one.name)},
                                 {"address", one.address},
                                 {"standing", to_string(one.standing)},
                                 {"serial", printable_line(one.serial, 20)}});
    ValueMap state{{"domain", look.zone},
                   {"at_parent", list_of(look.at_parent)},
                   {"in_zone", list_of(look.in_zone)},
                   {"chain", chain}};
    state_.push_back(state);  // without serials, which run
    state["servers"] = std::move(servers);
    results_.push_back(std::move(state));
    told_.push_back(look.zone + " is served by " + std::to_string(look.at_parent.size()) + " name servers, " +
                    chain);
  }

  Finding finding() {
    context_.keep_evidence("dns.txt", dns_.protocol());
    context_.keep_evidence("delegation.json", to_indented_json(Value(results_)));
    Finding finding = judgement_.finding(join(told_, "; "), std::move(results_));
    finding.state = Value(std::move(state_));
    finding.outputs["sound"] = finding.verdict == Verdict::ok || finding.verdict == Verdict::warn;
    return finding;
  }

  StepContext& context_;
  RememberingAsker dns_;
  std::vector<std::string> wanted_;
  std::vector<std::string> told_;
  ValueList results_;
  ValueList state_;
  Judgement judgement_;
};

}  // namespace

std::unique_ptr<StepType> make_dns_delegation() {
  return make_look(declare_delegation(),
                   [](StepContext& context) { return DelegationLooker(context).take(); });
}

}  // namespace mxodus
