#include "steps/dns/providers/provider.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/manual/manual.h"
#include "steps/dns/providers/powerdns/powerdns.h"

namespace mxodus::dns {

bool same_rrset(const StoredRRset& a, const StoredRRset& b) {
  const bool same_ttl = a.rrset.ttl == b.rrset.ttl || (!a.exists() && !b.exists());
  return same_ttl && same_data(a.rrset.type, a.rrset.data, b.rrset.data) &&
         same_data(a.rrset.type, a.disabled, b.disabled);
}

Result<ProviderTraits> provider_traits(const Zone& zone) {
  if (zone.provider == "powerdns") return powerdns_traits();
  if (zone.provider == "manual") return manual_traits();
  const std::vector<std::string> known = {"powerdns", "manual"};
  return fail(
      ErrorKind::invalid, "dns.provider",
      "the DNS zone " + zone.name + " names the provider \"" + printable_line(zone.provider, 40) +
          "\", which this mxodus does not know",
      "it knows powerdns and manual (a person makes the changes); nearest: " + nearest(zone.provider, known));
}

Result<std::unique_ptr<DnsProvider>> make_provider(const Zone& zone, HttpClient& http, SecretText token) {
  if (zone.provider == "powerdns") return make_powerdns(zone, http, std::move(token));
  if (auto traits = provider_traits(zone); !traits) return tl::unexpected(std::move(traits).error());
  return fail(ErrorKind::invalid, "dns.no-api",
              "the provider of " + zone.zone + " has no API: a person makes its changes");
}

}  // namespace mxodus::dns
