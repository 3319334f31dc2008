#include "steps/dns/dmarc/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {

StepDeclaration declare_dmarc() {
  StepDeclaration declaration;
  declaration.name = "dns.dmarc";
  declaration.effect = Effect::observe;
  declaration.summary = "Finds the DMARC policy of domains, and whether SPF and DKIM are aligned";
  declaration.doc =
      R"(For each domain in From: which record speaks for it and what policy holds, by RFC 9989 (a walk up the tree of at most
eight questions; `np`, `psd` and `t`) and by RFC 7489 (the public suffix list), which many receivers will use for years. Where
the two differ in the policy or in an alignment, that is a warning that names both.

Give in `spf` the domains for which SPF passes, and in `dkim` the `d=` of the signatures that verify: the step fails where none of
them is aligned with the domain, and warns where only one of the two mechanisms is, for then one broken key or one
forwarder is enough to lose mail. Without them only the record is judged.

Several records at a name, and a record without a valid policy, are failures: receivers take them as none. No record is
a warning. So are unknown and misspelt tags, a tag that stands twice (some receivers then drop the whole record), what only
one of the RFCs knows (`pct`), testing mode, and report addresses of other domains that have not agreed to it by a record
at `DOMAIN._report._dmarc.THEIRS`. What could not be asked is unknown.)";
  declaration.example = R"(dmarc_holds:
  uses: dns.dmarc
  with: {domain: example.org, spf: bounces.example.org, dkim: example.org}
)";
  declaration.params = {
      domain_param("The domains that stand in From."),
      {.name = "spf",
       .type = ParamType::hostname,
       .doc = "The domains of MAIL FROM for which SPF passes.",
       .list = true},
      {.name = "dkim",
       .type = ParamType::hostname,
       .doc = "The domains (`d=`) whose DKIM signatures verify.",
       .list = true},
  };
  declaration.outputs = {
      {.name = "aligned",
       .type = ParamType::boolean,
       .doc = "Whether every domain has an aligned SPF or DKIM domain, by both RFCs; false where neither was "
              "given."},
      results_output(
          "One entry a domain: domain, record_at, policy, tag, organizational_domain; the same "
          "with _7489; spf_aligned and dkim_aligned: yes, no, or unknown (also where it was not given)."),
      warnings_output("What is wrong or differs."),
      mend_output(),
  };
  return declaration;
}

}  // namespace mxodus::dns
