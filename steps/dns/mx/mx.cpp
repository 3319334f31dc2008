#include "steps/dns/mx/mx.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"
#include "steps/dns/existence.h"
#include "steps/dns/judgement.h"
#include "steps/dns/mail_hosts.h"
#include "steps/dns/mx/declaration.h"
#include "steps/support/look.h"

namespace mxodus {
namespace {

using namespace dns;

constexpr std::size_t kMxQuestions = 2000;  // of one look

/// "192.0.2.1" and, as some panels write it, "[192.0.2.1]".
bool is_literal(const std::string& host) {
  return is_ipv4(host) || is_ipv6(host) || host.starts_with('[');
}

/// "example.org MX 20 mx2.example.org": a record as messages name it.
std::string record_text(const MailExchangers& found, const MailExchanger& one) {
  if (found.implicit) return found.domain + " (which has no MX)";
  return found.domain + " MX " + std::to_string(one.preference) + " " + (one.host.empty() ? "." : one.host);
}

class MxLooker {
 public:
  explicit MxLooker(StepContext& context)
      : context_(context),
        dns_(context.dns(), context.clock(), kMxQuestions),
        wanted_(address_set(context.params().texts("address"))),
        old_(address_set(context.params().texts("old"))) {}

  Finding take() {
    for (const std::string& domain : context_.params().texts("domain"))
      judge(look_up_exchangers(domain, dns_, context_.deadline()));
    if (moved_)
      for (const std::string& address : wanted_)
        if (!reached_.contains(address))
          judgement_.add(Verdict::warn, "no MX leads to " + address + ", which is wanted",
                         "publish it at the name of the new host, once mail is taken there");
    return finding();
  }

 private:
  void judge(const MailExchangers& found) {
    if (!is_answer(found.status)) {
      moved_ = false;
      return judgement_.add(Verdict::unknown, found.domain + " MX could not be asked: " + found.why,
                            mend_of_unanswered(found.status));
    }
    if (found.list.empty()) {
      moved_ = false;
      return say_missing(found.domain, judgement_);
    }
    if (found.null_mx()) return judge_null(found);
    if (found.implicit)
      judgement_.add(Verdict::warn, found.domain + " has no MX: senders take its own address",
                     "publish an MX of " + found.domain);
    if (!found.cut().empty()) {
      moved_ = false;
      judgement_.add(Verdict::unknown, found.cut(), "publish fewer, or look at the others by hand");
    }
    judge_twice(found);
    for (const MailExchanger& one : found.list) judge(found, one);
  }

  void judge_null(const MailExchangers& found) {
    note(found, found.list.front(), nullptr, "none");
    if (found.list.front().preference != 0)
      judgement_.add(Verdict::warn,
                     record_text(found, found.list.front()) + " is a null MX with a preference",
                     "write it as \"0 .\"");
    if (wanted_.empty()) return;
    moved_ = false;
    judgement_.add(Verdict::fail, found.domain + " says by a null MX that it takes no mail",
                   "publish the MX of the new place in place of \"0 .\"");
  }

  void judge_twice(const MailExchangers& found) {
    std::set<std::string> seen;
    for (const MailExchanger& one : found.list)
      if (!seen.insert(one.host).second)
        judgement_.add(Verdict::warn, one.host + " stands in two MX of " + found.domain,
                       "keep the one with the lower preference");
  }

  void judge(const MailExchangers& found, const MailExchanger& one) {
    const std::string record = record_text(found, one);
    if (one.host.empty())
      return broken(found, one, nullptr, "none", record + " is a null MX beside others (RFC 7505, 3)",
                    "take " + record + " out");
    if (is_literal(one.host))
      return broken(found, one, nullptr, "literal", record + " is an address: an MX needs a name",
                    "give the address a name, and let the MX be that name");
    const HostAddresses host = look_up_host(one.host, dns_, context_.deadline());
    if (host.leads_nowhere()) {
      const bool missing = host.ipv4 == DnsStatus::nxdomain || host.ipv6 == DnsStatus::nxdomain;
      return broken(found, one, &host, "dangling", record + (missing ? " does not exist" : " has no address"),
                    dangling_mend(found, one));
    }
    // RFC 2181, 10.3, is about what an MX holds; an alias that is the domain itself is followed (RFC 5321).
    if (!found.implicit && !host.alias_of.empty())
      return broken(
          found, one, &host, "alias",
          record + " is an alias of " + host.alias_of + ": an MX must not be a CNAME (RFC 2181, 10.3)",
          "let the MX be " + host.alias_of + ", or give " + one.host + " addresses of its own");
    judge_addresses(found, one, host);
  }

  static std::string dangling_mend(const MailExchangers& found, const MailExchanger& one) {
    const std::string doubled = "." + found.domain + "." + found.domain;
    if (one.host.ends_with(doubled))
      return "its final dot is missing in the zone: write " +
             one.host.substr(0, one.host.size() - found.domain.size());
    return "publish A or AAAA of " + one.host + ", or take the MX " + one.host + " out";
  }

  /// Something that senders stumble over, wherever it leads.
  void broken(const MailExchangers& found, const MailExchanger& one, const HostAddresses* host,
              const std::string& standing, const std::string& sentence, const std::string& mend) {
    moved_ = false;
    judgement_.add(Verdict::fail, sentence, mend);
    note(found, one, host, standing);
    if (host) name_leftovers(record_text(found, one), *host);
  }

  void judge_addresses(const MailExchangers& found, const MailExchanger& one, const HostAddresses& host) {
    const std::string record = record_text(found, one);
    std::vector<std::string> strange;
    for (const std::string& address : host.addresses)
      if (wanted_.contains(address))
        reached_.insert(address);
      else if (!wanted_.empty())
        strange.push_back(address);
    const bool leftover = name_leftovers(record, host);
    if (!strange.empty())
      judgement_.add(Verdict::fail,
                     record + " leads to " + join(strange, ", ") + ", " +
                         (leftover ? "the old place" : "which is not wanted"),
                     strange.size() == host.addresses.size()
                         ? "take " + record + " out, or let " + one.host + " lead to a wanted address"
                         : "take " + join(strange, ", ") + " out of " + one.host);
    if (!host.asked())
      judgement_.add(Verdict::unknown,
                     "where " + record + " leads is not known: " + host.trouble() + " of " + one.host,
                     host.mend_of_trouble());
    else if (host.ipv4 != DnsStatus::data)
      judgement_.add(Verdict::warn, record + " has IPv6 alone: most senders cannot reach it",
                     "publish an A of " + one.host);
    const bool here = strange.empty() && host.asked();
    if (!here) moved_ = false;
    note(found, one, &host,
         leftover           ? "old"
         : !strange.empty() ? "elsewhere"
         : !host.asked()    ? "unknown"
         : wanted_.empty()  ? "fine"
                            : "new");
  }

  bool name_leftovers(const std::string& record, const HostAddresses& host) {
    bool any = false;
    for (const std::string& address : host.addresses) {
      if (!old_.contains(address)) continue;
      leftovers_.push_back(printable_line(record + " leads to " + address));
      any = true;
    }
    if (any && wanted_.empty())
      judgement_.add(Verdict::fail, record + " leads to the old place",
                     "take " + record + " out, or let " + host.name + " lead to a wanted address");
    return any;
  }

  void note(const MailExchangers& found, const MailExchanger& one, const HostAddresses* host,
            const std::string& standing) {
    ValueList addresses;
    if (host) addresses.assign(host->addresses.begin(), host->addresses.end());
    results_.push_back(ValueMap{{"domain", found.domain},
                                {"preference", one.preference},
                                {"host", printable_line(one.host)},
                                {"addresses", std::move(addresses)},
                                {"standing", standing}});
  }

  std::string all_is_well() const {
    const std::string count =
        std::to_string(results_.size()) + (results_.size() == 1 ? " MX" : " MX records");
    if (wanted_.empty()) return count + " found, each with a host of its own";
    return count + (results_.size() == 1 ? " leads" : " lead") + " to the wanted addresses and nowhere else";
  }

  Finding finding() {
    context_.keep_evidence("dns.txt", dns_.protocol());
    Finding finding = judgement_.finding(all_is_well(), results_);
    finding.outputs["moved"] = moved_ && !wanted_.empty();
    finding.outputs["leftovers"] = std::move(leftovers_);
    finding.state = Value(std::move(results_));
    return finding;
  }

  StepContext& context_;
  RememberingAsker dns_;
  std::set<std::string> wanted_;
  std::set<std::string> old_;
  std::set<std::string> reached_;  ///< of wanted_, by some MX
  bool moved_ = true;              ///< as far as was looked
  ValueList results_;
  ValueList leftovers_;
  Judgement judgement_;
};

Result<void> check_mx(const Params& params) {
  const std::set<std::string> old = address_set(params.texts("old"));
  for (const std::string& address : params.texts("address"))
    if (old.contains(address))
      return fail(ErrorKind::invalid, "mx.both", address + " stands in `address` and in `old`",
                  "say of each address whether it is the new place or the old one");
  return {};
}

}  // namespace

std::unique_ptr<StepType> make_dns_mx() {
  return make_look(
      declare_mx(), [](StepContext& context) { return MxLooker(context).take(); }, check_mx);
}

}  // namespace mxodus
