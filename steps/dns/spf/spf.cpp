#include "steps/dns/spf/spf.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/mail/spf/lint.h"
#include "orchestrator/mail/spf/survey.h"
#include "steps/dns/judgement.h"
#include "steps/dns/mail_hosts.h"
#include "steps/dns/spf/declaration.h"
#include "steps/dns/spf/identity.h"
#include "steps/support/look.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::size_t kQuestions = 600;  // of one look
constexpr int kVoidTerms = 2;

ValueList shown(const std::vector<std::string>& texts) {
  ValueList list;
  for (const std::string& text : texts) list.push_back(printable_line(text, 400));
  return list;
}

Value look_value(const SpfLook& look) {
  const spf::Outcome& outcome = look.outcome;
  return ValueMap{{"domain", look.identity.domain},
                  {"sender", printable_line(look.identity.sender)},
                  {"identity", look.identity.helo ? "helo" : "mail_from"},
                  {"address", look.address},
                  {"result", spf::to_string(outcome.result)},
                  {"decided_by", outcome.decided_by},
                  {"path", shown(outcome.path)},
                  {"reason", outcome.reason},
                  {"explanation", printable_line(outcome.explanation, 400)},
                  {"terms", std::int64_t{outcome.terms}},
                  {"void_terms", std::int64_t{outcome.void_terms}}};
}

Value survey_value(const spf::Survey& survey) {
  const spf::SurveyedRecord& own = survey.records.front();
  return ValueMap{{"domain", own.domain},
                  {"record", own.texts.empty() ? "" : printable_line(own.texts.front(), 2000)},
                  {"lookups", std::int64_t{survey.terms}},
                  {"void_ipv4", std::int64_t{survey.void_terms_for(false)}},
                  {"void_ipv6", std::int64_t{survey.void_terms_for(true)}},
                  {"not_counted", shown(survey.not_counted)}};
}

std::string subject(const SpfLook& look) {
  return look.address + " in the name of " + printable_line(look.identity.sender) +
         (look.identity.helo ? " (HELO)" : "");
}

/// How the decision was come to: the terms from the outside in.
std::string because(const spf::Outcome& outcome) {
  if (outcome.path.size() < 2) return outcome.reason;
  return outcome.reason + ", by " + join(outcome.path, " -> ");
}

class Look {
 public:
  explicit Look(StepContext& context) : context_(context), dns_(context.dns(), context.clock(), kQuestions) {}

  Finding take() {
    const Params& params = context_.params();
    expect_ = params.text("expect");
    const std::vector<Identity> identities = identities_of(params);
    for (const Identity& identity : identities) survey_domain(identity.domain);
    looks_ = evaluate_all(identities, params.texts("address"), params.text("helo"), context_.clock().now(),
                          dns_, context_.deadline());
    for (const SpfLook& look : looks_) judge(look);
    for (const spf::Survey& survey : surveys_) judge(survey);
    return finding();
  }

 private:
  /// Level by level and many at a time: what the evaluations ask is then known.
  void survey_domain(const std::string& domain) {
    const bool known = std::any_of(surveys_.begin(), surveys_.end(), [&](const spf::Survey& survey) {
      return survey.records.front().domain == domain;
    });
    if (!known) surveys_.push_back(spf::survey(domain, dns_, context_.deadline()));
  }

  void judge(const SpfLook& look) {
    const spf::Outcome& outcome = look.outcome;
    const std::string result = spf::to_string(outcome.result);
    if (outcome.result == spf::CheckResult::temperror) {
      ++unknown_;
      return judgement_.add(Verdict::unknown,
                            "SPF of " + subject(look) + " could not be evaluated: " + because(outcome),
                            "look at the name servers of that name, and ask again");
    }
    if (outcome.void_questions > kVoidTerms && outcome.result != spf::CheckResult::permerror)
      judgement_.add(
          Verdict::warn,
          "for " + subject(look) + " " + std::to_string(outcome.void_questions) +
              " questions have nothing for an answer: receivers that count questions and not terms see a "
              "permerror",
          "name the addresses with ip4 and ip6");
    if (is_expected(outcome.result, expect_)) {
      ++expected_;
      return;
    }
    ++unexpected_;
    const bool unnamed_helo = look.identity.helo && outcome.result == spf::CheckResult::none;
    judgement_.add(
        unnamed_helo ? Verdict::warn : Verdict::fail,
        "SPF of " + subject(look) + " is " + result + " and not " + wanted() + ": " + because(outcome),
        mend(look));
  }

  std::string wanted() const { return expect_ == "not_pass" ? "anything but pass" : expect_; }

  /// What to publish so that every address of the look passes.
  std::string mend(const SpfLook& look) {
    if (expect_ != "pass")
      return expect_ == "not_pass" && !look.outcome.decided_by.empty()
                 ? "take out " + look.outcome.path.back()
                 : "";
    if (look.outcome.result == spf::CheckResult::permerror) return "";
    if (look.identity.helo && look.outcome.result == spf::CheckResult::none)
      return "publish at " + look.identity.domain + " TXT \"" + helo_record(look.identity.domain) + "\"";
    std::string record = look.outcome.record;
    for (const SpfLook& other : looks_)
      if (other.identity.domain == look.identity.domain && other.identity.sender == look.identity.sender &&
          other.outcome.result != spf::CheckResult::pass &&
          other.outcome.result != spf::CheckResult::temperror)
        record = spf::with_address(record, *spf::IpAddress::parse(other.address));
    return "publish at " + look.identity.domain + " TXT \"" + record + "\"";
  }

  /// A record for the HELO name: `a` for the addresses that it has, and the others by themselves.
  std::string helo_record(const std::string& name) {
    const HostAddresses host = look_up_host(name, dns_, context_.deadline());
    const std::set<std::string> own = address_set(host.addresses);
    std::vector<std::string> others;
    bool has_one = false;
    for (const std::string& address : address_set(context_.params().texts("address")))
      own.contains(address) ? void(has_one = true) : others.push_back(address);
    std::string record = has_one ? "v=spf1 a -all" : "v=spf1 -all";
    for (const std::string& address : others)
      record = spf::with_address(record, *spf::IpAddress::parse(address));
    return record;
  }

  void judge(const spf::Survey& survey) {
    const spf::SurveyedRecord& own = survey.records.front();
    lookups_ = std::max(lookups_, survey.terms);
    if (is_answer(own.answer.status))
      for (const spf::Advice& advice :
           spf::lint(survey, dns_.resolve(own.domain, "SPF", context_.deadline())))
        judgement_.add(Verdict::warn, advice.sentence, advice.mend);
    for (const spf::SurveyedRecord& place : survey.records)
      if (!place.endless && !place.via.empty() && !is_answer(place.answer.status))
        judgement_.add(Verdict::warn, "how many terms of " + own.domain +
                                          " look up cannot be told to the end: " + place.domain +
                                          " TXT: " + to_string(place.answer.status));
  }

  Finding finding() {
    ValueList results, domains;
    ValueMap state;
    for (const SpfLook& look : looks_) {
      results.push_back(look_value(look));
      state[look.address + " " + printable_line(look.identity.sender) + (look.identity.helo ? " helo" : "")] =
          spf::to_string(look.outcome.result);
    }
    for (const spf::Survey& survey : surveys_) domains.push_back(survey_value(survey));
    context_.keep_evidence("dns.txt", dns_.protocol());
    context_.keep_evidence("spf.json", to_indented_json(Value(results)));

    Finding finding =
        judgement_.finding(counted(looks_.size(), "result") + (looks_.size() == 1 ? " is " : " are ") +
                               wanted() + (looks_.size() == 1 ? ": " + because(looks_.front().outcome) : "") +
                               "; at most " + std::to_string(lookups_) + " of 10 terms look something up",
                           std::move(results));
    finding.outputs["expected"] = expected_;
    finding.outputs["unexpected"] = unexpected_;
    finding.outputs["unknown"] = unknown_;
    finding.outputs["lookups"] = std::int64_t{lookups_};
    finding.outputs["domains"] = std::move(domains);
    finding.state = std::move(state);
    return finding;
  }

  StepContext& context_;
  RememberingAsker dns_;
  std::string expect_;
  std::vector<spf::Survey> surveys_;
  std::vector<SpfLook> looks_;
  Judgement judgement_;
  std::int64_t expected_ = 0, unexpected_ = 0, unknown_ = 0;
  int lookups_ = 0;
};

Result<void> check_spf(const Params& params) {
  if (params.texts("domain").empty() && params.texts("sender").empty() && !params.has("helo"))
    return fail(ErrorKind::invalid, "spf.no-domain",
                "one of `domain`, `sender` and `helo` says in whose name");
  for (const std::string& sender : params.texts("sender"))
    if (const std::size_t at = sender.rfind('@'); at == std::string::npos || at + 1 == sender.size())
      return fail(ErrorKind::invalid, "spf.sender",
                  "\"" + printable_line(sender) + "\" is no sender: write user@example.org");
  return {};
}

}  // namespace

std::unique_ptr<StepType> make_dns_spf() {
  return make_look(
      declare_spf(), [](StepContext& context) { return Look(context).take(); }, check_spf);
}

}  // namespace mxodus
