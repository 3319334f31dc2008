#include "steps/dns/discovery/discovery.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"
#include "steps/dns/discovery/declaration.h"
#include "steps/dns/discovery/fetch.h"
#include "steps/dns/discovery/found_hosts.h"
#include "steps/dns/existence.h"
#include "steps/dns/judgement.h"
#include "steps/dns/mail_hosts.h"
#include "steps/dns/mail_services.h"
#include "steps/support/look.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::size_t kDiscoveryQuestions = 2000;  // of one look

class DiscoveryLooker {
 public:
  explicit DiscoveryLooker(StepContext& context)
      : context_(context),
        dns_(context.dns(), context.clock(), kDiscoveryQuestions),
        wanted_(address_set(context.params().texts("address"))),
        old_(address_set(context.params().texts("old"))) {}

  Finding take() {
    for (const std::string& name : context_.params().texts("domain")) {
      domain_ = normal_name(name);
      found_ = false;
      if (is_missing(domain_, dns_, deadline(), judgement_)) {
        moved_ = false;
        continue;
      }
      look_at_services();
      look_at_files(autoconfig_sources(domain_));
      look_at_files(autodiscover_sources(domain_));
      if (!found_)
        judgement_.add(Verdict::warn, domain_ + " tells clients of no server: people have to type the names",
                       "publish SRV at _imaps._tcp." + domain_ + " and _submissions._tcp." + domain_);
    }
    return finding();
  }

 private:
  const Deadline& deadline() const { return context_.deadline(); }

  void unknown(const std::string& sentence, const std::string& mend = {}) {
    moved_ = false;
    found_ = true;  // nobody knows
    judgement_.add(Verdict::unknown, sentence, mend);
  }

  void look_at_services() {
    std::vector<std::pair<std::string, std::string>> questions;
    for (const std::string& service : mail_services()) questions.emplace_back(service + "." + domain_, "SRV");
    const std::vector<DnsAnswer> answers = dns_.resolve_all(questions, deadline());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::string& name = questions[i].first;
      if (!is_answer(answers[i].status))
        unknown(name + " SRV could not be asked: " + unanswered(answers[i]),
                mend_of_unanswered(answers[i].status));
      for (const std::string& data : answers[i].rrset.data) {
        const auto record = parse_service(data);
        if (!record)
          unknown(name + " SRV cannot be read: \"" + printable_line(data, 80) + "\"");
        else if (!record->host.empty())
          judge_host(name, record->host, true);
        found_ = true;
      }
    }
  }

  /// The first place that gives a file counts; where none does, the trouble of one that might have.
  void look_at_files(const std::vector<ConfigSource>& sources) {
    std::vector<std::string> troubles;
    for (const ConfigSource& source : sources) {
      const HostAddresses host = look_up_host(source.host, dns_, deadline());
      if (host.leads_nowhere()) continue;
      if (source.host != domain_) judge_web_host(host);
      if (host.addresses.empty()) {
        troubles.push_back(source.host + " could not be asked: " + host.trouble());
        continue;
      }
      const ConfigFetch fetch = fetch_config(source, context_.http(), deadline());
      fetched_ += fetch.url + "\n" + (fetch.why.empty() ? fetch.xml : fetch.why) + "\n";
      if (fetch.standing == ConfigFetch::Standing::unknown) troubles.push_back(fetch.why);
      if (fetch.standing == ConfigFetch::Standing::closed) {
        found_ = true;
        return judgement_.add(Verdict::warn, fetch.url + " cannot be seen: " + fetch.why,
                              "see on the host itself which names it gives");
      }
      if (fetch.standing == ConfigFetch::Standing::got) return judge_file(fetch);
    }
    if (!troubles.empty()) unknown(troubles.front());
  }

  void judge_web_host(const HostAddresses& host) {
    for (const std::string& address : host.addresses) {
      if (!old_.contains(address)) continue;
      moved_ = false;
      judgement_.add(Verdict::fail, host.name + " leads to " + address + ", the old place",
                     "let " + host.name + " lead to the new place");
    }
  }

  void judge_file(const ConfigFetch& fetch) {
    const auto named = config_hosts(fetch.xml, domain_);
    if (!named) return unknown(fetch.url + " gives no XML that can be read");
    for (const std::string& odd : named->odd)
      judgement_.add(Verdict::warn,
                     fetch.url + " names \"" + printable_line(odd, 80) + "\", which is no host name",
                     "name a host in " + fetch.url);
    for (const std::string& host : named->hosts) judge_host(fetch.url, host, false);
    found_ = found_ || !named->hosts.empty();
  }

  void judge_host(const std::string& source, const std::string& name, bool alias_matters) {
    const HostAddresses host = look_up_host(name, dns_, deadline());
    const std::string told = source + " names " + name;
    std::vector<std::string> strange;
    for (const std::string& address : host.addresses)
      if (!wanted_.contains(address)) strange.push_back(address);
    std::string standing = "new";
    if (!host.asked()) {
      standing = "unknown";
      unknown("where " + name + " leads is not known: " + host.trouble(), host.mend_of_trouble());
    }
    if (host.leads_nowhere()) {
      standing = "dangling";
      failed(told + ", which has no address",
             "publish addresses of " + name + ", or name the new host in " + source);
    } else if (!strange.empty()) {
      standing = "elsewhere";
      failed(told + ", which leads to " + join(strange, ", ") + " and not to the new place",
             "let " + name + " lead to the new place, or name the new host in " + source);
    } else if (alias_matters && !host.alias_of.empty()) {
      standing = "alias";
      failed(told + ", which is an alias of " + host.alias_of + " (RFC 2782)",
             "name " + host.alias_of + " in " + source);
    }
    results_.push_back(ValueMap{{"domain", domain_},
                                {"source", source},
                                {"host", name},
                                {"addresses", ValueList(host.addresses.begin(), host.addresses.end())},
                                {"standing", standing}});
  }

  void failed(const std::string& sentence, const std::string& mend) {
    moved_ = false;
    judgement_.add(Verdict::fail, sentence, mend);
  }

  Finding finding() {
    context_.keep_evidence("dns.txt", dns_.protocol());
    context_.keep_evidence("files.txt", fetched_);
    Finding finding = judgement_.finding(
        "all " + std::to_string(results_.size()) + " servers that clients are told of lead to the new place",
        results_);
    finding.outputs["moved"] = moved_ && !results_.empty();
    finding.state = Value(std::move(results_));
    return finding;
  }

  StepContext& context_;
  RememberingAsker dns_;
  std::set<std::string> wanted_;
  std::set<std::string> old_;
  std::string domain_;  ///< that is looked at
  bool found_ = false;  ///< it tells clients of something
  bool moved_ = true;   ///< as far as was looked
  std::string fetched_;
  ValueList results_;
  Judgement judgement_;
};

}  // namespace

std::unique_ptr<StepType> make_dns_discovery() {
  return make_look(declare_discovery(), [](StepContext& context) { return DiscoveryLooker(context).take(); });
}

}  // namespace mxodus
