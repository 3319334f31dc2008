#include "steps/dns/mta_sts/mta_sts.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"
#include "steps/dns/existence.h"
#include "steps/dns/judgement.h"
#include "steps/dns/mail_hosts.h"
#include "steps/dns/mta_sts/declaration.h"
#include "steps/dns/mta_sts/fetch.h"
#include "steps/dns/mta_sts/policy.h"
#include "steps/support/look.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::size_t kMtaStsQuestions = 1000;  // of one look
constexpr std::int64_t kDay = 86400;

/// The texts of TXT records that `wanted` takes.
template <class Wanted>
std::vector<std::string> texts_of(const DnsAnswer& answer, const Wanted& wanted) {
  std::vector<std::string> texts;
  for (const std::string& data : answer.rrset.data)
    if (auto text = txt_text(data); text && wanted(*text)) texts.push_back(std::move(*text));
  return texts;
}

/// What was found of one domain.
struct Domain {
  std::string name;
  StsRecord record;
  bool has_record = false;  ///< that senders take
  bool has_policy = false;  ///< the same
  StsPolicy policy;
  std::vector<std::string> uncovered;
  std::vector<std::string> unused;
};

ValueList list_of(const std::vector<std::string>& texts) {
  ValueList list;
  for (const std::string& text : texts) list.push_back(printable_line(text));
  return list;
}

class MtaStsLooker {
 public:
  explicit MtaStsLooker(StepContext& context)
      : context_(context), dns_(context.dns(), context.clock(), kMtaStsQuestions) {
    for (const std::string& host : context.params().texts("mx")) coming_.push_back(normal_name(host));
  }

  Finding take() {
    for (const std::string& name : context_.params().texts("domain")) {
      Domain domain;
      domain.name = normal_name(name);
      if (is_missing(domain.name, dns_, deadline(), judgement_)) {
        covered_ = false;
      } else {
        judge(domain);
        judge_reports(domain.name);
      }
      note(domain);
    }
    return finding();
  }

 private:
  const Deadline& deadline() const { return context_.deadline(); }

  void judge(Domain& domain) {
    const DnsAnswer answer = dns_.resolve("_mta-sts." + domain.name, "TXT", deadline());
    const StsFetch fetch = fetch_sts_policy(domain.name, dns_, context_.http(), deadline());
    fetched_ += fetch.url + "\n" + (fetch.why.empty() ? fetch.body : fetch.why) + "\n";
    if (is_answer(answer.status))
      judge_record(domain, texts_of(answer, is_sts_record), fetch);
    else
      unknown("_mta-sts." + domain.name + " TXT could not be asked: " + unanswered(answer), answer.status);
    judge_fetch(domain, fetch);
    judge_mode(domain, fetch);
    if (domain.has_policy) judge_policy(domain);
    if (!domain.has_policy || !domain.has_record) covered_ = false;
  }

  void judge_record(Domain& domain, const std::vector<std::string>& texts, const StsFetch& fetch) {
    const std::string where = "_mta-sts." + domain.name;
    if (texts.size() > 1)
      return failed(where + " has " + std::to_string(texts.size()) + " MTA-STS records: senders take none",
                    "keep one TXT \"v=STSv1; id=…\" at " + where);
    if (texts.empty()) {
      if (fetch.standing == StsFetch::Standing::got)
        judgement_.add(Verdict::warn, where + " has no record, so that no sender fetches the policy",
                       "publish at " + where + " TXT \"v=STSv1; id=…\"");
      return;
    }
    domain.record = parse_sts_record(texts.front());
    domain.has_record = domain.record.fault.empty();
    if (!domain.has_record)
      failed("senders do not take the record at " + where + ": " + domain.record.fault,
             "write it as TXT \"v=STSv1; id=" + id_of_today() + "\"");
  }

  void judge_fetch(Domain& domain, const StsFetch& fetch) {
    switch (fetch.standing) {
      case StsFetch::Standing::got:
        domain.policy = parse_sts_policy(fetch.body);
        domain.has_policy = domain.policy.faults.empty();
        if (!domain.has_policy)
          failed("senders do not take " + fetch.url + ": " + join(domain.policy.faults, ", "),
                 "mend the policy file");
        return;
      case StsFetch::Standing::unknown:
        return unknown("the policy of " + domain.name + " could not be fetched from here: " + fetch.why);
      case StsFetch::Standing::barred:
        return failed("senders get no policy from " + fetch.url + ": " + fetch.why, fetch.mend);
      case StsFetch::Standing::absent:
        if (domain.has_record)
          failed("there is a record at _mta-sts." + domain.name + " and no policy: " + fetch.why,
                 "serve it at " + fetch.url);
    }
  }

  void judge_mode(const Domain& domain, const StsFetch& fetch) {
    const std::string wanted = context_.params().text("mode");
    const bool absent = !domain.has_record && fetch.standing == StsFetch::Standing::absent;
    if (absent && wanted.empty())
      judgement_.add(
          Verdict::warn,
          domain.name + " has no MTA-STS: whoever stands in between can have its mail sent in clear",
          "serve a policy in mode testing, then publish the record");
    else if (absent && wanted != "none")
      failed(domain.name + " has no MTA-STS, mode " + wanted + " is wanted",
             "serve the policy first, then publish the record");
    else if (domain.has_policy && !wanted.empty() && domain.policy.mode != wanted)
      failed("the policy of " + domain.name + " has mode " + domain.policy.mode + ", wanted is " + wanted,
             "change the mode in the policy first, then the id in the record");
  }

  void judge_policy(Domain& domain) {
    if (domain.policy.mode != "none" && *domain.policy.max_age < kDay)
      judgement_.add(Verdict::warn,
                     "senders keep the policy of " + domain.name + " for " + age_text(domain) +
                         " only: an attack outlasts that",
                     "raise max_age to some weeks, once all works");
    max_age_ = std::max(max_age_, *domain.policy.max_age);
    if (domain.policy.mode == "none")
      covered_ = false;  // nothing is compared, here as by senders
    else
      judge_cover(domain);
  }

  void judge_cover(Domain& domain) {
    const MailExchangers found = look_up_exchangers(domain.name, dns_, deadline());
    if (!is_answer(found.status)) {
      covered_ = false;
      unknown(domain.name + " MX could not be asked: " + found.why, found.status);
    }
    if (!found.cut().empty()) {
      covered_ = false;
      unknown(found.cut());
    }
    std::vector<std::string> hosts = found.hosts();
    for (const std::string& host : coming_)
      if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
    const auto& patterns = domain.policy.patterns;
    for (const std::string& host : hosts)
      if (std::none_of(patterns.begin(), patterns.end(), [&](auto& one) { return covers(one, host); }))
        domain.uncovered.push_back(host);
    for (const std::string& pattern : patterns)
      if (std::none_of(hosts.begin(), hosts.end(), [&](auto& host) { return covers(pattern, host); }))
        domain.unused.push_back(pattern);
    for (const std::string& host : domain.uncovered) say_uncovered(domain, host);
  }

  void say_uncovered(const Domain& domain, const std::string& host) {
    covered_ = false;
    const bool coming = std::find(coming_.begin(), coming_.end(), host) != coming_.end();
    const bool enforced = domain.policy.mode == "enforce";
    judgement_.add(enforced || coming ? Verdict::fail : Verdict::warn,
                   "no mx of the policy of " + domain.name + " covers " + host +
                       (enforced ? ": senders that know the policy do not deliver there" : ""),
                   "first add `mx: " + host +
                       "` to the policy, then change the id in the record, then wait a "
                       "day at least (senders may keep the old policy for " +
                       age_text(domain) + "), and only then let the MX lead there");
  }

  void judge_reports(const std::string& domain) {
    const std::string where = "_smtp._tls." + domain;
    const DnsAnswer answer = dns_.resolve(where, "TXT", deadline());
    if (!is_answer(answer.status))
      return unknown(where + " TXT could not be asked: " + unanswered(answer), answer.status);
    const auto texts =
        texts_of(answer, [](const std::string& text) { return text.starts_with("v=TLSRPTv1;"); });
    const bool reports = texts.size() == 1 && texts.front().find("rua=") != std::string::npos;
    if (!reports)
      judgement_.add(Verdict::warn,
                     texts.empty()      ? where + " has no record: nobody reports failures of TLS"
                     : texts.size() > 1 ? where + " has several records: senders take none"
                                        : where + " names no address for reports",
                     "publish at " + where + " TXT \"v=TLSRPTv1; rua=mailto:postmaster@" + domain + "\"");
  }

  void failed(const std::string& sentence, const std::string& mend) {
    judgement_.add(Verdict::fail, sentence, mend);
  }
  void unknown(const std::string& sentence, DnsStatus status = DnsStatus::data) {
    judgement_.add(Verdict::unknown, sentence, mend_of_unanswered(status));
  }

  std::string id_of_today() const {
    std::string id;
    for (const char c : to_string(context_.clock().now()).substr(0, 19))
      if (c >= '0' && c <= '9') id += c;
    return id;
  }

  static std::string age_text(const Domain& domain) {
    return to_string(Duration{std::chrono::seconds(domain.policy.max_age.value_or(0))});
  }

  static std::string mode_text(const Domain& domain) {
    if (!domain.has_policy) return "no policy";
    return domain.policy.mode == "none" ? "none, which covers no MX" : domain.policy.mode;
  }

  void note(const Domain& domain) {
    results_.push_back(ValueMap{{"domain", domain.name},
                                {"id", printable_line(domain.record.id, 40)},
                                {"mode", printable_line(domain.policy.mode, 40)},
                                {"patterns", list_of(domain.policy.patterns)},
                                {"uncovered", list_of(domain.uncovered)},
                                {"unused", list_of(domain.unused)}});
    modes_.push_back(domain.name + ": " + mode_text(domain));
  }

  Finding finding() {
    context_.keep_evidence("dns.txt", dns_.protocol());
    context_.keep_evidence("policies.txt", fetched_);
    Finding finding =
        judgement_.finding(join(modes_, "; ") + (covered_ ? "; every MX is covered" : ""), results_);
    finding.outputs["covered"] = covered_;
    finding.outputs["max_age"] = Duration{std::chrono::seconds(max_age_)};
    finding.state = Value(std::move(results_));
    return finding;
  }

  StepContext& context_;
  RememberingAsker dns_;
  std::vector<std::string> coming_;  ///< `mx`
  bool covered_ = true;              ///< as far as was looked
  std::int64_t max_age_ = 0;         ///< seconds
  std::string fetched_;
  std::vector<std::string> modes_;
  ValueList results_;
  Judgement judgement_;
};

Result<void> check_mta_sts(const Params& params) {
  if (params.text("mode") == "none" && !params.texts("mx").empty())
    return fail(ErrorKind::invalid, "mta-sts.none", "`mx` says nothing beside `mode: none`",
                "leave one of the two out");
  return {};
}

}  // namespace

std::unique_ptr<StepType> make_dns_mta_sts() {
  return make_look(
      declare_mta_sts(), [](StepContext& context) { return MtaStsLooker(context).take(); }, check_mta_sts);
}

}  // namespace mxodus
