#include "steps/dns/dkim/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {

StepDeclaration declare_dkim() {
  StepDeclaration declaration;
  declaration.name = "dns.dkim";
  declaration.effect = Effect::observe;
  declaration.host = HostUse::optional;
  declaration.summary = "Compares published DKIM keys with the private keys on a host";
  declaration.doc =
      R"(For each selector and domain: the record at `SELECTOR._domainkey.DOMAIN`, and, with `host:`, whether it is the public half of the
private key that this host signs with. Keys are compared decoded, not as text. The public half is computed on the host with
openssl; the private key never leaves it. Restores often bring a new key, or the old one with a mode that the signer
refuses.

A failure: no record, several, a revoked key (`p=` empty), one that is cut off or has quotes of a zone file in it, of
another type than `k` says, RSA below 1024 bits, a tag that stands twice or text that is no tag (RFC 6376, 3.2), tags that exclude
mail or SHA-256; no private key on the host, another one, or one that everybody may read. A warning: RSA below 2048 bits,
testing mode (`t=y`), unknown tags, other TXT records beside the key (RFC 6376, 3.6.2.2), a key that its group may read.
What could not be asked is unknown.

Without `key` the files are looked for where rspamd (`/var/lib/rspamd/dkim/DOMAIN.SELECTOR.key`) and OpenDKIM
(`/etc/opendkim/keys`, `/etc/dkimkeys`) keep them. Without `host:` only the records are judged.)";
  declaration.example = R"(dkim_key_came_along:
  uses: dns.dkim
  host: new
  with:
    domain: example.org
    selectors: [mail2026, ed2026]
    key: "/var/lib/rspamd/dkim/{domain}.{selector}.key"
)";
  declaration.params = {
      domain_param("The domains that are signed for (`d=`)."),
      {.name = "selectors",
       .doc = "The selectors (`s=`) as the signer has them: names of key files have case.",
       .required = true,
       .list = true},
      {.name = "key",
       .type = ParamType::path,
       .doc = "The file of the private key on that host, PEM; {domain} and {selector} are replaced."},
  };
  declaration.outputs = {
      {.name = "usable", .type = ParamType::integer, .doc = "How many published keys can be used."},
      {.name = "matching", .type = ParamType::integer, .doc = "How many are those of the host."},
      results_output("One entry a domain and selector: name, type, bits, usable, testing, match (yes, no, "
                     "unknown, or not asked), path, mode, owner."),
      warnings_output("What is wrong and does no harm yet."),
      mend_output("What to publish or change."),
  };
  return declaration;
}

}  // namespace mxodus::dns
