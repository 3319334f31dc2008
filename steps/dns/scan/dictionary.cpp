#include "steps/dns/scan/dictionary.h"

#include <algorithm>
#include <array>
#include <map>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"
#include "orchestrator/mail/spf/evaluator.h"
#include "steps/dns/mail_services.h"
#include "steps/dns/scan/leads.h"

namespace mxodus::dns {
namespace {

using Question = std::pair<std::string, std::string>;

constexpr int kRounds = 4;                 // of names found in answers
constexpr std::size_t kTroublesNamed = 3;  // of questions without an answer

constexpr std::array kHosts = {"www",        "mail",     "mail1",        "mail2",   "mx",           "mx0",
                               "mx1",        "mx2",      "mx3",          "smtp",    "smtp1",        "smtp2",
                               "imap",       "pop",      "pop3",         "relay",   "relay1",       "relay2",
                               "out",        "outbound", "mailout",      "gateway", "backup",       "webmail",
                               "autoconfig", "lists",    "autodiscover", "mta-sts", "postfixadmin", "mailman",
                               "rspamd",     "sieve",    "submission",   "ns",      "ns1",          "ns2",
                               "ns3",        "host",     "server",       "old",     "new"};
constexpr std::array kTexts = {
    "_dmarc",          "_mta-sts",        "_smtp._tls", "_domainkey", "default._domainkey",
    "mail._domainkey", "dkim._domainkey", "_spf",       "spf"};
constexpr std::array kHostTypes = {"CNAME", "A", "AAAA", "MX", "TXT", "HTTPS"};
constexpr std::array kDanePorts = {"_25._tcp", "_465._tcp", "_587._tcp", "_993._tcp", "_443._tcp"};

class Dictionary {
 public:
  Dictionary(const std::string& domain, const OldPlaces& old, DnsAsker& dns, const Deadline& deadline,
             Gathered& gathered)
      : domain_(domain), old_(old), dns_(dns), deadline_(deadline), gathered_(gathered) {}

  void ask(const std::set<std::string>& more) {
    if (dns_.resolve(domain_, "SOA", deadline_).status == DnsStatus::nxdomain) {
      gathered_.missing.push_back(domain_);
      return;
    }
    ask_for_a_wildcard();
    add_host(domain_);
    for (const char* type : {"NS", "SOA", "SVCB"}) add(domain_, type);
    for (const char* host : kHosts) add_host(below(host));
    for (const std::string& name : more) add_host(name);
    for (const char* text : kTexts) add(below(text), "TXT");
    for (const std::string& service : mail_services()) add(below(service), "SRV");
    add(below("_smtp._tcp"), "SRV");
    for (const std::string& name : old_.names()) {
      add_host(name);
      add_dane(name);
    }
    for (int round = 0; round < kRounds && !open_.empty() && !deadline_.passed(); ++round) ask_open();
    conclude();
  }

 private:
  std::string below(const std::string& label) const { return label + "." + domain_; }

  void add(const std::string& name, const std::string& type) {
    if (!is_within(name, domain_) || !spf::is_queryable(name)) return;
    if (asked_.insert({name, type}).second) open_.emplace_back(name, type);
    names_.insert(name);
  }
  void add_host(const std::string& name) {
    for (const char* type : kHostTypes) add(name, type);
  }
  void add_dane(const std::string& host) {
    for (const char* port : kDanePorts) add(std::string(port) + "." + host, "TLSA");
  }

  void ask_for_a_wildcard() {
    std::vector<Question> questions;
    for (const char* type : kHostTypes) questions.emplace_back(below(std::string(kNobody)), type);
    for (DnsAnswer& answer : dns_.resolve_all(questions, deadline_)) {
      if (answer.status != DnsStatus::data || !answer.canonical.empty()) continue;
      answer.rrset.name = below("*");
      wildcard_[answer.rrset.type] = answer.rrset.data;
      take(std::move(answer.rrset));
    }
  }

  bool is_wildcard(const RRset& set) const {
    const auto same = wildcard_.find(set.type);
    return set.name != domain_ && same != wildcard_.end() && same->second == set.data;
  }

  void ask_open() {
    const std::vector<Question> questions = std::exchange(open_, {});
    std::vector<DnsAnswer> answers = dns_.resolve_all(questions, deadline_);
    for (std::size_t i = 0; i < questions.size(); ++i) {
      DnsAnswer& answer = answers[i];
      if (!is_answer(answer.status))
        failed_.push_back(questions[i].first + " " + questions[i].second + ": " + unanswered(answer));
      // Behind a CNAME are the records of another name, which is asked for itself.
      if (answer.status != DnsStatus::data || !answer.canonical.empty()) continue;
      answer.rrset.name = questions[i].first;
      answer.rrset.type = questions[i].second;
      if (!is_wildcard(answer.rrset)) take(std::move(answer.rrset));
    }
  }

  void take(RRset set) {
    for (const Pointer& pointer : leads_of(set, old_, {}).pointers) {
      add_host(pointer.name);
      if (set.type == "MX") add_dane(pointer.name);
    }
    gathered_.records.push_back({std::move(set), "the zone of " + domain_});
    ++found_;
  }

  void conclude() {
    if (!failed_.empty()) {
      std::string text = std::to_string(failed_.size()) + " of " + std::to_string(asked_.size()) +
                         " questions about " + domain_ + " were not answered: ";
      for (std::size_t i = 0; i < std::min(failed_.size(), kTroublesNamed); ++i)
        text += (i > 0 ? ", " : "") + failed_[i];
      gathered_.troubles.push_back(text + (failed_.size() > kTroublesNamed ? "…" : ""));
    }
    gathered_.sources.push_back({"dictionary", domain_, found_, false,
                                 counted(names_.size(), "name") + " asked, " + counted(found_, "RRset") +
                                     " found; the zone cannot be listed"});
  }

  const std::string& domain_;
  const OldPlaces& old_;
  DnsAsker& dns_;
  const Deadline& deadline_;
  Gathered& gathered_;
  std::map<std::string, std::vector<std::string>> wildcard_;  ///< type -> data
  std::set<Question> asked_;
  std::set<std::string> names_;
  std::vector<Question> open_;
  std::vector<std::string> failed_;
  std::int64_t found_ = 0;
};

}  // namespace

void ask_dictionary(const std::string& domain, const std::set<std::string>& more, const OldPlaces& old,
                    DnsAsker& dns, const Deadline& deadline, Gathered& gathered) {
  Dictionary(domain, old, dns, deadline, gathered).ask(more);
}

}  // namespace mxodus::dns
