#include "steps/dns/caa/caa.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"
#include "steps/dns/caa/declaration.h"
#include "steps/dns/caa/issue.h"
#include "steps/dns/existence.h"
#include "steps/dns/judgement.h"
#include "steps/support/look.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::size_t kCaaQuestions = 1000;  // of one look

/// The records that hold for a name, and where they were found.
struct RelevantSet {
  std::string found_at;  ///< empty: there are none
  std::string asked;     ///< the last name that was asked
  DnsAnswer answer;      ///< of `asked`
  bool missing = false;  ///< the name itself does not exist
};

RelevantSet climb(const std::string& name, DnsAsker& dns, const Deadline& deadline) {
  RelevantSet set;
  for (std::string at = name; !at.empty();) {
    set.asked = at;
    set.answer = dns.resolve(at, "CAA", deadline);
    if (at == name) set.missing = set.answer.status == DnsStatus::nxdomain;
    if (set.answer.status == DnsStatus::data) set.found_at = at;
    if (!set.found_at.empty() || !is_answer(set.answer.status)) return set;
    const std::size_t dot = at.find('.');
    at = dot == std::string::npos ? "" : at.substr(dot + 1);
  }
  return set;
}

bool lists(const std::string& methods, const std::string& wanted) {
  const std::vector<std::string> all = split(methods, ',');
  return std::any_of(all.begin(), all.end(), [&](const std::string& one) { return trim(one) == wanted; });
}

class CaaLooker {
 public:
  explicit CaaLooker(StepContext& context)
      : context_(context),
        dns_(context.dns(), context.clock(), kCaaQuestions),
        issuer_(normal_name(context.params().text("issuer"))) {}

  Finding take() {
    for (const std::string& name : context_.params().texts("name")) {
      const RelevantSet set = climb(normal_name(name), dns_, context_.deadline());
      const std::string standing = judge(normal_name(name), set);
      ValueList records;
      for (const std::string& data : set.answer.rrset.data) records.push_back(printable_line(data, 1000));
      results_.push_back(ValueMap{{"name", normal_name(name)},
                                  {"found_at", set.found_at},
                                  {"records", std::move(records)},
                                  {"standing", standing}});
      if (standing == "open" || standing == "allowed") ++allowed_;
    }
    return finding();
  }

 private:
  std::string judge(const std::string& name, const RelevantSet& set) {
    if (!is_answer(set.answer.status)) {
      judgement_.add(
          Verdict::unknown,
          "who may issue for " + name + " is not known: " + set.asked + " CAA: " + unanswered(set.answer),
          mend_of_unanswered(set.answer.status));
      return "unknown";
    }
    if (set.missing) {
      say_missing(name, judgement_);
      return "missing";
    }
    if (set.found_at.empty()) return "open";
    std::vector<CaaProperty> properties;
    for (const std::string& data : set.answer.rrset.data) {
      auto property = parse_caa(data);
      if (!property) {
        judgement_.add(Verdict::unknown,
                       "CAA of " + set.found_at + " cannot be read: " + property.error().message);
        return "unknown";
      }
      properties.push_back(std::move(*property));
    }
    return judge(name, set.found_at, properties);
  }

  std::string judge(const std::string& name, const std::string& at,
                    const std::vector<CaaProperty>& properties) {
    for (const CaaProperty& one : properties)
      if (one.critical && !is_known_caa_tag(one.tag)) {
        judgement_.add(Verdict::fail,
                       "nobody may issue for " + name + ": the critical CAA tag \"" + one.tag + "\" of " +
                           at + " is known to no authority",
                       "take it out, or its flag 128");
        return "refused";
      }
    std::vector<CaaIssuer> issuers = issuers_of(at, properties);
    if (issuers.empty()) return "open";
    const bool named = std::any_of(issuers.begin(), issuers.end(), [&](const CaaIssuer& one) {
      return one.well_formed && one.domain == issuer_;
    });
    if (!named) {
      refuse(name, at, issuers);
      return "refused";
    }
    return judge_bindings(name, at, issuers) ? "allowed" : "refused";
  }

  /// What speaks for this kind of certificate: `issuewild` replaces `issue` for wildcards (RFC 8659, 4.3).
  std::vector<CaaIssuer> issuers_of(const std::string& at, const std::vector<CaaProperty>& properties) {
    const auto of = [&](const std::string& tag) {
      std::vector<CaaIssuer> found;
      for (const CaaProperty& one : properties)
        if (one.tag == tag) {
          found.push_back(parse_issuer(one.value));
          if (!found.back().well_formed)
            judgement_.add(Verdict::warn,
                           "\"" + printable_line(one.value) + "\" in CAA of " + at +
                               " cannot be read, and counts as nobody",
                           "write it as \"ca.example; name=value\"");
        }
      return found;
    };
    std::vector<CaaIssuer> wild;
    if (context_.params().flag("wildcard")) wild = of("issuewild");
    return wild.empty() ? of("issue") : wild;
  }

  std::string tag() const { return context_.params().flag("wildcard") ? "issuewild" : "issue"; }

  void refuse(const std::string& name, const std::string& at, const std::vector<CaaIssuer>& issuers) {
    std::vector<std::string> others;
    for (const CaaIssuer& one : issuers)
      if (one.well_formed && !one.domain.empty()) others.push_back(one.domain);
    judgement_.add(Verdict::fail,
                   issuer_ + " may not issue for " + name + ": CAA of " + at +
                       (others.empty() ? " allows nobody" : " allows " + join(others, ", ")),
                   "publish at " + at + " CAA 0 " + tag() + " \"" + issuer_ + "\"");
  }

  /// Whether one of the records of our issuer takes this account and this challenge.
  bool judge_bindings(const std::string& name, const std::string& at, const std::vector<CaaIssuer>& issuers) {
    const std::string account = context_.params().text("account");
    const std::string method = context_.params().text("method");
    std::vector<std::string> against;
    std::vector<std::string> unchecked;
    for (const CaaIssuer& one : issuers) {
      if (!one.well_formed || one.domain != issuer_) continue;
      if (one.account == "")
        against.push_back("to no account, for accounturi is empty or there twice");
      else if (one.methods == "")
        against.push_back("by no challenge, for validationmethods is empty");
      else if (!account.empty() && one.account && one.account != account)
        against.push_back("only to the account " + *one.account);
      else if (!method.empty() && one.methods && !lists(*one.methods, method))
        against.push_back("only by " + *one.methods);
      else if (account.empty() && one.account)
        unchecked.push_back("only to the account " + *one.account);
      else if (method.empty() && one.methods)
        unchecked.push_back("only by " + *one.methods);
      else
        return true;
    }
    const bool open = !unchecked.empty();
    const std::string how = issuer_ + " may issue for " + name + " " +
                            join(open ? unchecked : against, ", or ") + " (CAA of " + at + ")";
    if (open)
      judgement_.add(Verdict::warn, how,
                     "see that the new host has this, and name it in `account` and `method`");
    else
      judgement_.add(Verdict::fail, how + ", and the new host does not meet that",
                     "take the account's key to the new host, or change the record at " + at);
    return open;
  }

  Finding finding() {
    context_.keep_evidence("dns.txt", dns_.protocol());
    const bool all = allowed_ == results_.size();
    Finding finding = judgement_.finding(
        issuer_ + " may issue for " + join(context_.params().texts("name"), ", "), results_);
    finding.outputs["allowed"] = all;
    finding.state = Value(std::move(results_));
    return finding;
  }

  StepContext& context_;
  RememberingAsker dns_;
  std::string issuer_;
  ValueList results_;
  std::size_t allowed_ = 0;
  Judgement judgement_;
};

}  // namespace

std::unique_ptr<StepType> make_dns_caa() {
  return make_look(declare_caa(), [](StepContext& context) { return CaaLooker(context).take(); });
}

}  // namespace mxodus
