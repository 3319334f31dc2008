#include "steps/dns/caa/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {

StepDeclaration declare_caa() {
  StepDeclaration declaration;
  declaration.name = "dns.caa";
  declaration.effect = Effect::observe;
  declaration.summary = "Sees whether an authority may issue certificates for host names";
  declaration.doc =
      R"(Finds the CAA records that hold for each name as authorities do (RFC 8659, 3): those of the name itself, or else of the
nearest name above it that has any. Without any, every authority may issue.

A new host that cannot get a certificate is seldom seen before the old one has run out. Besides a record that names another
authority, two things stop it: `accounturi` binds issuance to one ACME account, whose key is still on the old host, and
`validationmethods` allows only some challenges (RFC 8657). Give in `account` and `method` what the new host will use and
they are compared; without them, a binding is a warning that shows it. An `accounturi` that is empty or there twice is met by
no account, and an empty `validationmethods` allows no challenge: a failure either way.

A failure: `issuer` is not among those who may; a value that cannot be read and counts as nobody; a critical record
with a tag that authorities do not know, which stops all of them; a name that does not exist. What could not be asked is unknown: an authority
that cannot ask does not issue either.)";
  declaration.example = R"(certificates_can_be_issued:
  uses: dns.caa
  with:
    name: [mail.example.org, mta-sts.example.org]
    issuer: letsencrypt.org
    method: dns-01
)";
  declaration.params = {
      {.name = "name",
       .type = ParamType::hostname,
       .doc = "The names that shall stand in certificates.",
       .required = true,
       .list = true},
      {.name = "issuer",
       .type = ParamType::hostname,
       .doc = "The authority, by the domain with which it is named in CAA.",
       .required = true},
      {.name = "account", .doc = "The URI of the ACME account that the new host uses."},
      {.name = "method",
       .type = ParamType::enumeration,
       .doc = "The ACME challenge that the new host answers.",
       .choices = {"http-01", "dns-01", "tls-alpn-01"}},
      {.name = "wildcard",
       .type = ParamType::boolean,
       .doc = "Whether the certificate is for all names one label below (`*.NAME`).",
       .fallback = Value(false)},
  };
  declaration.outputs = {
      {.name = "allowed",
       .type = ParamType::boolean,
       .doc = "Whether `issuer` may issue for every name; false where that is not known."},
      results_output("One entry a name: name, found_at (empty: no CAA holds), records, standing (open, "
                     "allowed, refused, missing: there is no such name, unknown)."),
      warnings_output("Bindings to an account or to challenges."),
      mend_output(),
  };
  return declaration;
}

}  // namespace mxodus::dns
