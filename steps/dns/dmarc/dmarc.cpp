#include "steps/dns/dmarc/dmarc.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/dns/remembering_asker.h"
#include "steps/dns/dmarc/alignment.h"
#include "steps/dns/dmarc/declaration.h"
#include "steps/dns/existence.h"
#include "steps/dns/judgement.h"
#include "steps/support/look.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::size_t kDmarcQuestions = 400;  // of one look
constexpr const char* kRecord = "TXT \"v=DMARC1; p=none; rua=mailto:postmaster@";

std::string word_of(std::optional<bool> aligned) {
  return !aligned ? "unknown" : *aligned ? "yes" : "no";
}

std::string policy_text(const dmarc::Discovery& found) {
  if (found.found_at.empty()) return "no policy";
  return std::string(to_string(found.policy)) + " (" + found.tag + " of _dmarc." + found.found_at + ")";
}

Value look_value(const DmarcLook& look) {
  const auto policy = [](const dmarc::Discovery& found) -> std::string {
    return found.found_at.empty() ? "" : to_string(found.policy);
  };
  return ValueMap{{"domain", look.domain},
                  {"record_at", look.walk.found_at},
                  {"policy", policy(look.walk)},
                  {"tag", look.walk.tag},
                  {"organizational_domain", look.walk.organizational_domain},
                  {"record_at_7489", look.list.found_at},
                  {"policy_7489", policy(look.list)},
                  {"organizational_domain_7489", look.list.organizational_domain},
                  {"spf_aligned", word_of(look.aligned("spf"))},
                  {"dkim_aligned", word_of(look.aligned("dkim"))}};
}

class DmarcLooker {
 public:
  explicit DmarcLooker(StepContext& context)
      : context_(context), dns_(context.dns(), context.clock(), kDmarcQuestions) {}

  Finding take() {
    const Params& params = context_.params();
    for (const std::string& domain : params.texts("domain"))
      looks_.push_back(look_at_dmarc(normal_name(domain), params.texts("spf"), params.texts("dkim"), dns_,
                                     context_.deadline()));
    for (const DmarcLook& look : looks_) judge(look);
    return finding();
  }

 private:
  void judge(const DmarcLook& look) {
    if (!look.walk.trouble.empty() || (look.walk.found_at.empty() && !look.list.trouble.empty())) {
      const std::string& trouble = look.walk.trouble.empty() ? look.list.trouble : look.walk.trouble;
      judgement_.add(Verdict::unknown, "the DMARC policy of " + look.domain + " is not known: " + trouble);
    } else {
      judge_record(look);
      judge_difference(look);
    }
    judge_near_misses(look.domain);
    judge_alignment(look);
  }

  void judge_record(const DmarcLook& look) {
    const dmarc::Discovery& found = look.walk.found_at.empty() ? look.list : look.walk;
    if (found.found_at.empty()) {
      const std::string why = found.broken.empty() ? look.walk.broken : found.broken;
      if (!why.empty())
        return judgement_.add(Verdict::fail, "receivers take " + look.domain + " as without DMARC: " + why,
                              "publish one record with a policy at _dmarc." + look.domain);
      if (is_missing(look.domain, dns_, context_.deadline(), judgement_)) return;
      return judgement_.add(Verdict::warn,
                            look.domain + " has no DMARC record: large receivers want one of bulk senders",
                            "publish at _dmarc." + look.domain + " " + kRecord + look.domain + "\"");
    }
    const std::string where = "_dmarc." + found.found_at;
    for (const std::string& fault : found.record->faults)
      judgement_.add(Verdict::warn, where + ": " + fault, "mend the record at " + where);
    if (found.record->testing)
      judgement_.add(Verdict::warn,
                     where + " is in testing (t=y): receivers apply " + to_string(found.policy),
                     "take t=y out when reports show no loss");
    if (found.record->percent.value_or(100) < 100)
      judgement_.add(Verdict::warn,
                     where + " has pct=" + std::to_string(*found.record->percent) +
                         ", which receivers that follow RFC 9989 do not look at",
                     "use t=y for testing");
    judge_reports(found);
  }

  void judge_reports(const dmarc::Discovery& found) {
    for (const ReportConsent& consent :
         report_consents(found.found_at, *found.record, dns_, context_.deadline())) {
      if (consent.given) continue;
      if (!consent.asked)
        judgement_.add(Verdict::unknown, "whether " + consent.host + " takes reports on " + found.found_at +
                                             " could not be asked: " + consent.name + " TXT: " + consent.why);
      else
        judgement_.add(
            Verdict::warn,
            consent.host + " has not agreed to take reports on " + found.found_at + ": none are sent",
            "publish at " + consent.name + " TXT \"v=DMARC1\"");
    }
  }

  void judge_difference(const DmarcLook& look) {
    if (!look.list.trouble.empty())
      return judgement_.add(Verdict::unknown, "the policy of " + look.domain +
                                                  " by RFC 7489 is not known: " + look.list.trouble);
    const bool same =
        look.walk.found_at.empty() == look.list.found_at.empty() && look.walk.policy == look.list.policy;
    if (!same && look.walk.broken.empty() && look.list.broken.empty())
      judgement_.add(Verdict::warn,
                     "receivers differ on " + look.domain + ": by RFC 9989 " + policy_text(look.walk) +
                         ", by RFC 7489 and the public suffix list " + policy_text(look.list),
                     "publish a record at _dmarc." + look.domain + " itself");
    if (!look.list.broken.empty() && !look.walk.found_at.empty())
      judgement_.add(
          Verdict::fail,
          "receivers that follow RFC 7489 take " + look.domain + " as without DMARC: " + look.list.broken,
          "publish one record with a policy at _dmarc." + look.domain);
  }

  /// What stands at _dmarc and was meant as a record.
  void judge_near_misses(const std::string& domain) {
    const DnsAnswer answer = dns_.resolve("_dmarc." + domain, "TXT", context_.deadline());
    for (const std::string& data : answer.rrset.data) {
      const auto text = txt_text(data);
      if (!text || dmarc::is_record(*text) || lower(*text).find("dmarc") == std::string::npos) continue;
      judgement_.add(Verdict::warn,
                     "\"" + printable_line(*text, 80) + "\" at _dmarc." + domain +
                         " is no DMARC record: one begins with exactly v=DMARC1;",
                     "begin it with \"v=DMARC1; \", in capitals");
    }
  }

  void judge_alignment(const DmarcLook& look) {
    if (look.alignments.empty()) return;
    std::vector<std::string> without;
    int aligned = 0, unknown = 0;
    for (const char* mechanism : {"spf", "dkim"}) {
      if (!context_.params().has(mechanism)) continue;
      const auto is = look.aligned(mechanism);
      if (!is) ++unknown;
      if (is == true) ++aligned;
      if (is == false) without.push_back(mechanism);
    }
    for (const Alignment& one : look.alignments)
      if (one.walk && *one.walk != one.list)
        judgement_.add(Verdict::warn,
                       one.mechanism + " of " + one.domain + " is " + (one.list ? "" : "not ") +
                           "aligned with " + look.domain + " by RFC 7489 (organizational domain " +
                           look.list.organizational_domain + "), and is" + (one.list ? " not" : "") +
                           " by RFC 9989 (" + look.walk.organizational_domain + ")");
    if (aligned > 0) {
      for (const std::string& mechanism : without)
        judgement_.add(
            Verdict::warn,
            mechanism + " is not aligned with " + look.domain + ": DMARC rests on the other mechanism alone",
            mend_alignment(mechanism, look.domain));
    } else if (unknown > 0) {
      judgement_.add(Verdict::unknown,
                     "whether anything is aligned with " + look.domain + " could not be asked");
    } else {
      judgement_.add(
          Verdict::fail,
          "DMARC of " + look.domain + " does not pass: neither SPF nor DKIM as given is aligned with it",
          mend_alignment(without.back(), look.domain));
    }
  }

  static std::string mend_alignment(const std::string& mechanism, const std::string& domain) {
    return mechanism == "dkim" ? "sign with d=" + domain : "use an envelope sender in " + domain;
  }

  bool all_aligned() const {
    return std::all_of(looks_.begin(), looks_.end(), [](const DmarcLook& look) {
      return std::any_of(look.alignments.begin(), look.alignments.end(),
                         [](const Alignment& one) { return one.walk == true && one.list; });
    });
  }

  Finding finding() {
    ValueList results;
    ValueMap state;
    std::vector<std::string> policies;
    for (const DmarcLook& look : looks_) {
      results.push_back(look_value(look));
      state[look.domain] = results.back();
      policies.push_back("the policy of " + look.domain + " is " + policy_text(look.walk));
    }
    context_.keep_evidence("dns.txt", dns_.protocol());
    context_.keep_evidence("dmarc.json", to_indented_json(Value(results)));
    Finding finding =
        judgement_.finding(join(policies, "; ") + (all_aligned() ? "; aligned" : ""), std::move(results));
    finding.outputs["aligned"] = all_aligned();
    finding.state = std::move(state);
    return finding;
  }

  StepContext& context_;
  RememberingAsker dns_;
  std::vector<DmarcLook> looks_;
  Judgement judgement_;
};

}  // namespace

std::unique_ptr<StepType> make_dns_dmarc() {
  return make_look(declare_dmarc(), [](StepContext& context) { return DmarcLooker(context).take(); });
}

}  // namespace mxodus
