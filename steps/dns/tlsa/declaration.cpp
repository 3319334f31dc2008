#include "steps/dns/tlsa/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {

StepDeclaration declare_tlsa() {
  StepDeclaration declaration;
  declaration.name = "dns.tlsa";
  declaration.effect = Effect::observe;
  declaration.summary = "Sees whether the TLSA records of MX match the certificates that they show";
  declaration.doc =
      R"(Does what a sender does that applies DANE (RFC 7672): asks for the TLSA records at `_25._tcp.HOST` of each MX, connects
from `from` to port 25 of each of its addresses, says STARTTLS, and compares. Where none matches, such senders keep the mail
back and try again later: a new host with a new key breaks the mail of a signed domain, and nobody notices before the queue
is five days old. Give the addresses of the new host in `address`, and they are asked in place of those of the MX:
the records must match both, the old and the new host, before the MX may lead there.

A sender takes the records only where MX, addresses and TLSA are all secure by DNSSEC. Usages 0 and 1 it does not use. With usage 3
only the key or the certificate counts, whatever its names and dates; with usage 2 the chain that the server shows must contain
the authority, and the certificate must not have ended, and must be for the domain or for the host; where the MX is an alias
and the records stand at its target, that is the host. Where a SHA-512 stands beside a SHA-256 of the same usage and
selector, the SHA-256 is not looked at. One record that matches is enough: others may wait for a rollover.

To change a key: publish the record of the new one beside the old one, wait for twice the TTL, change the key, then take
the old record away. Or carry the old private key over to the new host: `3 1 1` stays true.

A failure: a host with usable records none of which matches what one of its addresses shows, or that does no TLS; no usable
record where `required`. A warning: no records, records that are not secure, or none that senders use. What could not be asked,
bogus answers, and a host that does not answer on port 25 from here are unknown.)";
  declaration.example = R"(dane_holds_on_the_new_host:
  uses: dns.tlsa
  from: out
  with: {domain: example.org, address: [198.51.100.20, "2001:db8:51::20"]}
)";
  declaration.params = {
      domain_param("The domains that receive mail."),
      addresses_param("address",
                      "Where to look at certificates, in place of the addresses of the MX: the new host, "
                      "before the MX lead there."),
      {.name = "required",
       .type = ParamType::boolean,
       .doc = "Whether a host to which DANE does not apply is a failure.",
       .fallback = false},
  };
  declaration.outputs = {
      {.name = "holds",
       .type = ParamType::boolean,
       .doc = "Whether DANE applies to every MX of every domain and each address matches."},
      results_output("One entry an address: host, address, standing (matches, mismatch, no_tls, none, "
                     "insecure, unusable, unknown), matched and unmatched (records), present (the record of "
                     "the certificate that is shown)."),
      warnings_output(),
      mend_output(),
  };
  declaration.takes_vantage = true;
  return declaration;
}

}  // namespace mxodus::dns
