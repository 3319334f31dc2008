#include "steps/dns/scan/follow_spf.h"

#include <algorithm>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/mail/spf/evaluator.h"
#include "steps/dns/scan/dictionary.h"
#include "steps/dns/scan/mended_asker.h"

namespace mxodus::dns {
namespace {

/// "include:_spf.example.net" of "example.org include:_spf.example.net".
std::string term_of(const std::string& step) {
  return step.substr(std::min(step.find(' ') + 1, step.size()));
}
std::string domain_of(const std::string& step) {
  return step.substr(0, step.find(' '));
}

bool is_all(const std::string& term) {
  return term.ends_with("all") && term.size() <= 4;
}

/// The domain that a term of the record names; empty where it names none.
std::string domain_named_by(const std::string& term, const std::string& record) {
  for (const spf::Directive& directive : spf::parse_record(record).directives)
    if (directive.text == term) return normal_name(directive.domain);
  return "";
}

/// A name that has the record, which is that of the owner but for a wildcard.
std::string name_with(const std::string& owner) {
  return owner.starts_with("*.") ? std::string(kNobody) + owner.substr(1) : owner;
}

/// A record that lets an old address pass, and the terms by which it does.
struct Pass {
  std::vector<std::string> path;
  Hit hit;
};

class SpfFollower {
 public:
  SpfFollower(const OldPlaces& old, Time now, DnsAsker& dns, const Deadline& deadline, Gathered& gathered,
              std::vector<Hit>& hits)
      : old_(old), now_(now), dns_(dns, old, hits), deadline_(deadline), gathered_(gathered), hits_(hits) {}

  void follow() {
    for (const SourceRecord& record : gathered_.records)
      if (record.set.type == "TXT") look_at(record);
    // A record that another one includes comes before that one, which is mended with it.
    std::stable_sort(passes_.begin(), passes_.end(),
                     [](const Pass& a, const Pass& b) { return a.path.size() < b.path.size(); });
    for (const Pass& pass : passes_)
      if (pass.path.size() == 1 || !is_found(domain_of(pass.path.back()), pass.hit.to))
        hits_.push_back(pass.hit);
  }

 private:
  bool is_found(const std::string& owner, const std::string& address) const {
    return std::any_of(hits_.begin(), hits_.end(), [&](const Hit& hit) {
      return hit.form == "SPF" && hit.name == owner && hit.to == address;
    });
  }

  void look_at(const SourceRecord& record) {
    const std::vector<std::string> texts = spf::select_records(record.set.data);
    if (texts.size() != 1) return;  // none, or a permanent error
    for (const std::string& address : old_.addresses())
      if (!is_found(record.set.name, address)) evaluate(record, texts.front(), address);
  }

  void evaluate(const SourceRecord& record, const std::string& text, const std::string& address) {
    const std::string domain = name_with(record.set.name);
    const spf::Client client{*spf::IpAddress::parse(address), domain, "", now_};
    const spf::Outcome outcome = spf::check_host(client, domain, domain, dns_, deadline_);
    if (outcome.result == spf::CheckResult::temperror)
      gathered_.troubles.push_back("SPF of " + record.set.name + " for " + address + ": " + outcome.reason);
    const bool lets_in = outcome.result == spf::CheckResult::pass ||
                         outcome.result == spf::CheckResult::softfail ||
                         outcome.result == spf::CheckResult::neutral;
    if (!lets_in || outcome.path.empty() || is_all(outcome.decided_by)) return;
    const std::string first = term_of(outcome.path.front());
    const std::string by = outcome.path.size() > 1 ? outcome.path.back() : domain_named_by(first, text);
    passes_.push_back({outcome.path, hit_of(record, {txt_data(text), first, address, by})});
  }

  const OldPlaces& old_;
  Time now_;
  MendedAsker dns_;
  const Deadline& deadline_;
  Gathered& gathered_;
  std::vector<Hit>& hits_;
  std::vector<Pass> passes_;
};

}  // namespace

void follow_spf(const OldPlaces& old, Time now, DnsAsker& dns, const Deadline& deadline, Gathered& gathered,
                std::vector<Hit>& hits) {
  SpfFollower(old, now, dns, deadline, gathered, hits).follow();
}

}  // namespace mxodus::dns
