#include "steps/dns/existence.h"

namespace mxodus::dns {

void say_missing(const std::string& domain, Judgement& judgement) {
  judgement.add(Verdict::fail, domain + " does not exist (NXDOMAIN)",
                "see how it is written, and whether it is registered and delegated");
}

bool is_missing(const std::string& domain, DnsAsker& dns, const Deadline& deadline, Judgement& judgement) {
  if (dns.resolve(domain, "SOA", deadline).status != DnsStatus::nxdomain) return false;
  say_missing(domain, judgement);
  return true;
}

}  // namespace mxodus::dns
