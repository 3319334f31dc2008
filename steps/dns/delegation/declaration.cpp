#include "steps/dns/delegation/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {

StepDeclaration declare_delegation() {
  StepDeclaration declaration;
  declaration.name = "dns.delegation";
  declaration.effect = Effect::observe;
  declaration.summary = "Sees whether zones are delegated to servers that serve them";
  declaration.doc =
      R"(Asks a server of the parent for the NS of each zone and for their glue, asks every address of every server that either side
names for the SOA and the NS of the zone, and asks a validating resolver of our own for DS, DNSKEY and SOA.

Records that are changed at a provider to which the parent does not delegate are seen by nobody; a server that still is
delegated to and no longer serves the zone loses a share of all questions; a DS of the old provider's key makes the
whole domain vanish for everybody who validates.

A failure: the zone is not delegated; a server that does not serve it (lame), has no address or is an alias (RFC 2181, 10.3);
glue that is missing or is not what the zone says; with `server`, a delegation to others; a chain that is bogus, or
with `signed` is not there. A warning: parent and zone name different servers; one server alone; serials that differ; keys
without a DS at the parent. What could not be asked is unknown: also a server over IPv6, where there is none here. With `from: HOST` servers are asked
from there, over TCP.)";
  declaration.example = R"(the_new_provider_is_asked:
  uses: dns.delegation
  with:
    domain: example.org
    server: [ns1.provider.example, ns2.provider.example]
    signed: true
)";
  declaration.takes_vantage = true;
  declaration.params = {
      domain_param("The zones, by their names."),
      {.name = "server",
       .type = ParamType::hostname,
       .doc = "The name servers to which the parent must delegate, and no others.",
       .list = true},
      {.name = "signed",
       .type = ParamType::boolean,
       .doc = "Whether the zones must be validated by DNSSEC.",
       .fallback = Value(false)},
  };
  declaration.outputs = {
      {.name = "sound",
       .type = ParamType::boolean,
       .doc =
           "Whether every zone is delegated to servers that serve it, nothing failed and all was answered."},
      results_output("One entry a zone: domain, at_parent and in_zone (names of servers), chain (secure, "
                     "insecure, bogus, unknown), servers (name, address, standing, serial)."),
      warnings_output(),
      mend_output("What to have changed, and by whom."),
  };
  return declaration;
}

}  // namespace mxodus::dns
