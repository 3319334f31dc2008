#include "steps/dns/dmarc/alignment.h"

#include <algorithm>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kReports = 10;

bool has_consent(const DnsAnswer& answer) {
  return std::any_of(answer.rrset.data.begin(), answer.rrset.data.end(), [](const std::string& data) {
    const auto text = txt_text(data);
    return text && dmarc::allows_reports(*text);
  });
}

}  // namespace

std::optional<bool> DmarcLook::aligned(const std::string& mechanism) const {
  bool asked = false, answered = true;
  for (const Alignment& one : alignments) {
    if (one.mechanism != mechanism) continue;
    asked = true;
    // Whether a record asks for the same domain, or one of the same organization, is then not known either.
    const bool sure = walk.trouble.empty() || one.domain == domain;
    if (sure && one.walk == true) return true;
    if (!sure || !one.walk) answered = false;
  }
  return asked && answered ? std::optional(false) : std::nullopt;
}

DmarcLook look_at_dmarc(const std::string& domain, const std::vector<std::string>& spf,
                        const std::vector<std::string>& dkim, DnsAsker& dns, const Deadline& deadline) {
  DmarcLook look{
      domain, dmarc::discover(domain, dns, deadline), dmarc::discover_by_list(domain, dns, deadline), {}};
  const auto add = [&](const char* mechanism, const std::string& written, bool strict, bool strict_by_list) {
    const std::string passed = normal_name(written);
    look.alignments.push_back({mechanism, passed, dmarc::is_aligned(domain, passed, strict, dns, deadline),
                               dmarc::is_aligned_by_list(domain, passed, strict_by_list)});
  };
  const auto& walk = look.walk.record;
  const auto& list = look.list.record;
  for (const std::string& passed : spf)
    add("spf", passed, walk && walk->strict_spf, list && list->strict_spf);
  for (const std::string& passed : dkim)
    add("dkim", passed, walk && walk->strict_dkim, list && list->strict_dkim);
  return look;
}

std::vector<ReportConsent> report_consents(const std::string& found_at, const dmarc::Record& record,
                                           DnsAsker& dns, const Deadline& deadline) {
  std::vector<ReportConsent> consents;
  std::vector<dmarc::ReportUri> uris = record.rua;
  uris.insert(uris.end(), record.ruf.begin(), record.ruf.end());
  for (const dmarc::ReportUri& uri : uris) {
    const bool known = std::any_of(consents.begin(), consents.end(),
                                   [&](const ReportConsent& consent) { return consent.host == uri.host; });
    if (uri.host.empty() || known || consents.size() >= kReports) continue;
    ReportConsent consent;
    consent.host = uri.host;
    if (dmarc::is_aligned(found_at, uri.host, false, dns, deadline) == true) {
      consent.given = true;
    } else {
      consent.name = found_at + "._report._dmarc." + uri.host;
      const DnsAnswer answer = dns.resolve(consent.name, "TXT", deadline);
      consent.why = unanswered(answer);
      consent.asked = is_answer(answer.status);
      consent.given = has_consent(answer);
    }
    consents.push_back(std::move(consent));
  }
  return consents;
}

}  // namespace mxodus::dns
