#pragma once

#include <set>
#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/dns/asker.h"

namespace mxodus::dns {

/// The addresses of a list, each as HostAddresses has it.
std::set<std::string> address_set(const std::vector<std::string>& addresses);

/// Where the name of a host leads, in both families.
struct HostAddresses {
  std::string name;
  DnsStatus ipv4 = DnsStatus::timeout;
  DnsStatus ipv6 = DnsStatus::timeout;
  std::string alias_of;                ///< the end of its CNAME chain; empty: it is no alias
  std::vector<std::string> addresses;  ///< canonical, IPv4 first
  bool secure = false;                 ///< both answers were validated by DNSSEC
  std::string ipv4_why, ipv6_why;      ///< why a family could not be asked

  /// Both families were answered.
  bool asked() const;
  /// No address, and that is an answer and not a question that nobody answered.
  bool leads_nowhere() const { return asked() && addresses.empty(); }
  /// Which families could not be asked and why: "A SERVFAIL, AAAA timeout".
  std::string trouble() const;
  /// What mends that, where somebody can.
  std::string mend_of_trouble() const;
};

HostAddresses look_up_host(const std::string& name, DnsAsker& dns, const Deadline& deadline);

/// One MX record.
struct MailExchanger {
  int preference = 0;
  std::string host;  ///< normal; empty is the target "." of RFC 7505
};

/// Who takes mail for a domain, as senders find it (RFC 5321, 5.1).
struct MailExchangers {
  std::string domain;
  DnsStatus status = DnsStatus::timeout;  ///< of the question for MX
  std::string why;                        ///< why it could not be asked
  bool secure = false;                    ///< that answer was validated by DNSSEC
  bool implicit = false;                  ///< there is no MX: senders take the domain itself as the host
  std::vector<MailExchanger> list;        ///< by preference, then name; 50 at most
  std::size_t count = 0;                  ///< of the MX that there are

  /// The one record "0 ." says that the domain takes no mail (RFC 7505).
  bool null_mx() const { return list.size() == 1 && list.front().host.empty(); }
  /// The hosts, each once; without the target ".".
  std::vector<std::string> hosts() const;
  /// That `list` is not all of them: a sentence; empty: it is. What is said of all MX is then not known.
  std::string cut() const;
};

MailExchangers look_up_exchangers(const std::string& domain, DnsAsker& dns, const Deadline& deadline);

}  // namespace mxodus::dns
