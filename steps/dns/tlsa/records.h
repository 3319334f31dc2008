#pragma once

#include <string>
#include <vector>

#include "orchestrator/net/dane.h"
#include "steps/dns/mail_hosts.h"

namespace mxodus::dns {

/// The TLSA records of a host that takes mail, as senders find them (RFC 7672, 2.2).
struct HostTlsa {
  enum class Standing {
    usable,
    none,
    insecure,  ///< there are some, and senders do not look at them
    unusable,  ///< there are some, and senders use none of them
    unknown,
  };
  struct Unused {
    TlsaRecord record;
    std::string why;
  };
  Standing standing = Standing::unknown;
  std::string base;  ///< the TLSA base domain: "mail.example.org"
  std::string name;  ///< "_25._tcp.mail.example.org"
  std::string why;   ///< of insecure, unusable and unknown: a sentence
  std::vector<TlsaRecord> used;
  std::vector<Unused> unused;
};

/// At the end of an alias first, where there is one, then at the host itself (RFC 7672, 2.2.2).
HostTlsa look_up_tlsa(const HostAddresses& host, DnsAsker& dns, const Deadline& deadline);

}  // namespace mxodus::dns
