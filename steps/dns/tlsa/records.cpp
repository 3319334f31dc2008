#include "steps/dns/tlsa/records.h"

#include "orchestrator/core/text.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"

namespace mxodus::dns {
namespace {

void sort_records(const DnsAnswer& answer, HostTlsa& found) {
  std::vector<TlsaRecord> records;
  for (const std::string& data : answer.rrset.data)
    if (auto record = parse_tlsa(data)) records.push_back(std::move(*record));
  const std::vector<std::string> reasons = unused_tlsa(records);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (reasons[i].empty())
      found.used.push_back(std::move(records[i]));
    else
      found.unused.push_back({std::move(records[i]), reasons[i]});
  }
}

HostTlsa judge(const DnsAnswer& answer, const HostAddresses& host, std::string name) {
  HostTlsa found;
  found.name = std::move(name);
  if (!is_answer(answer.status)) {
    const char* then =
        answer.status == DnsStatus::bogus
            ? ": DNSSEC says that they are forged, and senders that validate keep the mail back"
            : ": senders that cannot ask either keep the mail back";
    found.why = "the TLSA records at " + found.name + " could not be asked, " + unanswered(answer) + then;
    return found;
  }
  found.standing = HostTlsa::Standing::none;
  if (answer.status != DnsStatus::data) return found;
  sort_records(answer, found);
  if (!answer.secure || !host.secure) {
    found.standing = HostTlsa::Standing::insecure;
    found.why = (answer.secure ? "the addresses of " + host.name : "the TLSA records at " + found.name) +
                " are not secure by DNSSEC: no sender goes by these records";
  } else if (found.used.empty()) {
    found.standing = HostTlsa::Standing::unusable;
    found.why = "senders use none of the TLSA records at " + found.name +
                (found.unused.empty() ? std::string() : ": " + found.unused.front().why);
  } else {
    found.standing = HostTlsa::Standing::usable;
  }
  return found;
}

}  // namespace

HostTlsa look_up_tlsa(const HostAddresses& host, DnsAsker& dns, const Deadline& deadline) {
  const auto ask = [&](const std::string& base) {
    const std::string name = "_25._tcp." + base;
    HostTlsa found = judge(dns.resolve(name, "TLSA", deadline), host, name);
    found.base = base;
    return found;
  };
  if (!host.alias_of.empty())
    if (HostTlsa found = ask(host.alias_of); found.standing != HostTlsa::Standing::none) return found;
  return ask(host.name);
}

}  // namespace mxodus::dns
