#include "steps/dns/tlsa/tlsa.h"

#include <map>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "steps/dns/judgement.h"
#include "steps/dns/tlsa/declaration.h"
#include "steps/dns/tlsa/handshake.h"
#include "steps/dns/tlsa/records.h"
#include "steps/support/look.h"

namespace mxodus {
namespace {

using namespace dns;
using Standing = HostTlsa::Standing;

constexpr std::size_t kTlsaQuestions = 1000;  // of one look
constexpr std::size_t kHandshakes = 64;

/// One connection, and how it compares.
struct Compared {
  std::string standing;
  ValueList matched;
  ValueList unmatched;
  std::string why;      ///< of the first record that does not match
  std::string present;  ///< the record that would name what is shown
};

class TlsaLooker {
 public:
  explicit TlsaLooker(StepContext& context)
      : context_(context), dns_(context.dns(), context.clock(), kTlsaQuestions) {
    const auto face = context.resources().hosts.find(context.vantage().name());
    if (face != context.resources().hosts.end() && !face->second.helo.empty()) hello_ = face->second.helo;
  }

  Finding take() {
    for (const std::string& domain : context_.params().texts("domain")) judge_domain(normal_name(domain));
    for (const auto& [host, domains] : hosts_) judge_host(host, domains);
    return finding();
  }

 private:
  const Deadline& deadline() const { return context_.deadline(); }

  void judge_domain(const std::string& domain) {
    const MailExchangers found = look_up_exchangers(domain, dns_, deadline());
    if (!is_answer(found.status)) return unknown("the MX of " + domain + " could not be asked: " + found.why);
    if (found.status == DnsStatus::nxdomain) return failed(domain + " does not exist", "");
    if (found.null_mx()) return said_.push_back(domain + " takes no mail");
    if (!found.cut().empty()) unknown(found.cut());
    if (!found.secure)
      does_not_apply("the MX of " + domain + " are not secure by DNSSEC: no sender applies DANE to it",
                     "sign the zone of " + domain + " and have its DS published");
    for (const std::string& host : found.hosts()) hosts_[host].push_back(domain);
  }

  void judge_host(const std::string& name, const std::vector<std::string>& domains) {
    const HostAddresses host = look_up_host(name, dns_, deadline());
    const HostTlsa tlsa = look_up_tlsa(host, dns_, deadline());
    std::vector<std::string> addresses = context_.params().texts("address");
    if (addresses.empty() && !host.asked())
      unknown("the addresses of " + name + " could not be asked: " + host.trouble());
    if (addresses.empty()) addresses = host.addresses;
    if (addresses.empty() && host.asked()) failed(name + " has no address", "");
    // The reference identifiers of RFC 7672, 3.2.2; not the MX itself where the records stand at its target.
    std::vector<std::string> names = domains;
    names.insert(names.begin(), tlsa.base);
    std::string present;
    for (const std::string& address : addresses) {
      const Compared compared = compare(name, address, tlsa, names);
      if (present.empty()) present = compared.present;
    }
    judge_records(name, tlsa, present);
  }

  void judge_records(const std::string& host, const HostTlsa& tlsa, const std::string& present) {
    const std::string publish =
        present.empty() ? "" : "publish at " + tlsa.name + " TLSA " + present + ", in a signed zone";
    switch (tlsa.standing) {
      case Standing::usable:
        return;
      case Standing::none:
        return does_not_apply(host + " has no TLSA records", publish);
      case Standing::insecure:
        return does_not_apply(tlsa.why, "sign the zone that holds them and have its DS published");
      case Standing::unusable:
        return does_not_apply(tlsa.why, publish);
      case Standing::unknown:
        return unknown(tlsa.why);
    }
  }

  Compared compare(const std::string& host, const std::string& address, const HostTlsa& tlsa,
                   const std::vector<std::string>& names) {
    if (handshakes_++ == kHandshakes)
      unknown("not every address was looked at: " + std::to_string(kHandshakes) + " are enough for one step");
    if (handshakes_ > kHandshakes) return {};
    const ShownChain shown = look_at_chain(context_.vantage(), address, tlsa.base, hello_, deadline());
    Compared compared = compared_with(tlsa, shown, names);
    if (tlsa.standing == Standing::usable)
      judge_comparison(host + " [" + address + "]", tlsa, shown, compared);
    note(host, address, shown, compared);
    return compared;
  }

  Compared compared_with(const HostTlsa& tlsa, const ShownChain& shown,
                         const std::vector<std::string>& names) const {
    static const std::map<Standing, const char*> standings = {{Standing::none, "none"},
                                                              {Standing::insecure, "insecure"},
                                                              {Standing::unusable, "unusable"},
                                                              {Standing::unknown, "unknown"}};
    Compared compared;
    if (!shown.chain.empty())
      if (const auto record = tlsa_of(shown.chain.front())) compared.present = to_string(*record);
    if (shown.standing == ShownChain::Standing::shown)
      for (const TlsaRecord& record : tlsa.used) {
        const std::string why = tlsa_mismatch(record, shown.chain, names, context_.clock().now());
        (why.empty() ? compared.matched : compared.unmatched).push_back(to_string(record));
        if (compared.why.empty()) compared.why = why;
      }
    if (tlsa.standing != Standing::usable)
      compared.standing = standings.at(tlsa.standing);
    else if (shown.standing != ShownChain::Standing::shown)
      compared.standing = shown.standing == ShownChain::Standing::no_tls ? "no_tls" : "unknown";
    else
      compared.standing = compared.matched.empty() ? "mismatch" : "matches";
    return compared;
  }

  void judge_comparison(const std::string& where, const HostTlsa& tlsa, const ShownChain& shown,
                        const Compared& compared) {
    if (compared.standing == "unknown") return unknown(where + " did not show its certificate: " + shown.why);
    if (compared.standing == "no_tls")
      return failed(where + " does no TLS, so that senders that apply DANE keep the mail back: " + shown.why,
                    "switch STARTTLS on there");
    if (compared.standing == "mismatch")
      return failed(
          "no TLSA record at " + tlsa.name + " matches what " + where + " shows, so that senders " +
              "that apply DANE keep the mail back: " + compared.why,
          "publish at " + tlsa.name + " TLSA " + compared.present +
              " beside what is there, and let no mail arrive at that address before twice the TTL has "
              "passed; or carry the private key of the old host over");
    const std::size_t all = compared.matched.size() + compared.unmatched.size();
    said_.push_back(where + " matches " + std::to_string(compared.matched.size()) + " of " +
                    std::to_string(all) + " TLSA records");
  }

  void failed(const std::string& sentence, const std::string& mend) {
    holds_ = false;
    judgement_.add(Verdict::fail, sentence, mend);
  }
  void unknown(const std::string& sentence) {
    holds_ = false;
    judgement_.add(Verdict::unknown, sentence);
  }
  void does_not_apply(const std::string& sentence, const std::string& mend) {
    holds_ = false;
    const bool required = context_.params().at("required") == Value(true);
    judgement_.add(required ? Verdict::fail : Verdict::warn, sentence, mend);
  }

  void note(const std::string& host, const std::string& address, const ShownChain& shown,
            const Compared& compared) {
    results_.push_back(ValueMap{{"host", host},
                                {"address", address},
                                {"standing", compared.standing},
                                {"matched", compared.matched},
                                {"unmatched", compared.unmatched},
                                {"present", compared.present}});
    handshakes_seen_ += to_string(context_.clock().now()) + " " + host + " [" + address + "] port 25 from " +
                        context_.vantage().name() + ": " +
                        (shown.why.empty() ? "shows " + std::to_string(shown.chain.size()) +
                                                 " certificates, of the first " + compared.present
                                           : shown.why) +
                        "\n";
  }

  Finding finding() {
    context_.keep_evidence("dns.txt", dns_.protocol());
    context_.keep_evidence("handshakes.txt", handshakes_seen_);
    Finding finding = judgement_.finding(join(said_, "; "), results_);
    finding.outputs["holds"] = holds_;
    finding.state = Value(std::move(results_));
    return finding;
  }

  StepContext& context_;
  RememberingAsker dns_;
  std::string hello_ = "probe.invalid";
  std::map<std::string, std::vector<std::string>> hosts_;  ///< with the domains whose mail they take
  bool holds_ = true;                                      ///< as far as was looked
  std::size_t handshakes_ = 0;
  std::string handshakes_seen_;
  std::vector<std::string> said_;
  ValueList results_;
  Judgement judgement_;
};

}  // namespace

std::unique_ptr<StepType> make_dns_tlsa() {
  return make_look(declare_tlsa(), [](StepContext& context) { return TlsaLooker(context).take(); });
}

}  // namespace mxodus
