#include "steps/dns/mail_hosts.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/remembering_asker.h"
#include "orchestrator/dns/unanswered.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kExchangers = 50;

void add_addresses(const DnsAnswer& answer, HostAddresses& host) {
  if (!answer.canonical.empty()) host.alias_of = answer.canonical;
  for (const std::string& data : answer.rrset.data)
    if (const auto address = canonical_address(data)) host.addresses.push_back(*address);
}

/// "10 mail.example.org."; what is no such thing has preference 0 and the text as its host.
MailExchanger exchanger_from(const std::string& data) {
  MailExchanger exchanger;
  const std::size_t blank = data.find(' ');
  std::from_chars(data.data(), data.data() + std::min(blank, data.size()), exchanger.preference);
  exchanger.host = normal_name(blank == std::string::npos ? data : data.substr(blank + 1));
  return exchanger;
}

}  // namespace

std::set<std::string> address_set(const std::vector<std::string>& addresses) {
  std::set<std::string> set;
  for (const std::string& address : addresses) set.insert(canonical_address(address).value_or(address));
  return set;
}

bool HostAddresses::asked() const {
  return is_answer(ipv4) && is_answer(ipv6);
}

std::string HostAddresses::trouble() const {
  std::vector<std::string> parts;
  if (!is_answer(ipv4)) parts.push_back("A " + ipv4_why);
  if (!is_answer(ipv6)) parts.push_back("AAAA " + ipv6_why);
  return join(parts, ", ");
}

std::string HostAddresses::mend_of_trouble() const {
  return mend_of_unanswered(ipv4 == DnsStatus::bogus ? ipv4 : ipv6);
}

HostAddresses look_up_host(const std::string& name, DnsAsker& dns, const Deadline& deadline) {
  HostAddresses host;
  host.name = normal_name(name);
  const std::vector<DnsAnswer> answers = dns.resolve_all({{host.name, "A"}, {host.name, "AAAA"}}, deadline);
  host.ipv4 = answers[0].status;
  host.ipv6 = answers[1].status;
  host.ipv4_why = unanswered(answers[0]);
  host.ipv6_why = unanswered(answers[1]);
  host.secure = answers[0].secure && answers[1].secure;
  for (const DnsAnswer& answer : answers) add_addresses(answer, host);
  return host;
}

std::vector<std::string> MailExchangers::hosts() const {
  std::vector<std::string> names;
  for (const MailExchanger& one : list)
    if (!one.host.empty() && std::find(names.begin(), names.end(), one.host) == names.end())
      names.push_back(one.host);
  return names;
}

std::string MailExchangers::cut() const {
  if (count <= kExchangers) return "";
  return domain + " has " + std::to_string(count) + " MX, only " + std::to_string(kExchangers) +
         " were looked at";
}

MailExchangers look_up_exchangers(const std::string& domain, DnsAsker& dns, const Deadline& deadline) {
  MailExchangers found;
  found.domain = normal_name(domain);
  const DnsAnswer answer = dns.resolve(found.domain, "MX", deadline);
  found.status = answer.status;
  found.why = unanswered(answer);
  found.secure = answer.secure;
  for (const std::string& data : answer.rrset.data) found.list.push_back(exchanger_from(data));
  found.count = found.list.size();
  if (answer.status == DnsStatus::no_data) {
    found.implicit = true;
    found.list.push_back({0, found.domain});
  }
  std::sort(found.list.begin(), found.list.end(), [](const MailExchanger& a, const MailExchanger& b) {
    return std::tie(a.preference, a.host) < std::tie(b.preference, b.host);
  });
  if (found.list.size() > kExchangers) found.list.resize(kExchangers);
  return found;
}

}  // namespace mxodus::dns
