#include "steps/dns/mta_sts/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {

StepDeclaration declare_mta_sts() {
  StepDeclaration declaration;
  declaration.name = "dns.mta_sts";
  declaration.effect = Effect::observe;
  declaration.summary = "Sees whether the MTA-STS policy of domains covers their MX";
  declaration.doc =
      R"(Does what a sender does (RFC 8461): finds the one record `v=STSv1` at `_mta-sts.DOMAIN`, fetches the policy from
`https://mta-sts.DOMAIN/.well-known/mta-sts.txt`, without following redirects and with a certificate that must hold, and sees
whether every MX is covered by a `mx` of it. The web host of the policy often lives on the very host that moves.

Where the names of the MX change, the order decides: first the policy with the old and the new names, then a new `id` in the
record, then wait for what senders have kept, then the MX, and the old names go last. An `id` that changes before the
file makes senders keep the old policy for another `max_age`. Name the coming hosts in `mx`, and the step fails until
they are covered: before that the MX must not change.

A failure: a record without a policy that senders take, several records (senders take them as none), an MX that is not covered while the
mode is `enforce`, a mode other than `mode`. A warning: an MX that is not covered while the mode is another; a policy without
record; no MTA-STS where `mode` is not given; a `max_age` below a day; no record at `_smtp._tls` (RFC 8460), by
which senders report what goes wrong. What could not be asked, and a web host that cannot be reached from here,
is unknown. That the hosts have certificates for their names is asked with `net.reach`.)";
  declaration.example = R"(senders_may_be_sent_to_the_new_host:
  uses: dns.mta_sts
  with: {domain: example.org, mx: mx-new.example.org, mode: enforce}
  until: self.covered
  every: 15m
  deadline: 1d
)";
  declaration.params = {
      domain_param("The domains that receive mail."),
      {.name = "mx",
       .type = ParamType::hostname,
       .doc = "Hosts that will be MX after the move; the policy must cover them already.",
       .list = true},
      {.name = "mode",
       .type = ParamType::enumeration,
       .doc = "What the mode must be.",
       .choices = {"enforce", "testing", "none"}},
  };
  declaration.outputs = {
      {.name = "covered",
       .type = ParamType::boolean,
       .doc =
           "Whether every domain has a policy that senders take and that covers all its MX and `mx`; false "
           "where the mode is `none`, in which nothing is compared."},
      {.name = "max_age",
       .type = ParamType::duration,
       .doc = "The longest time for which senders keep one of the policies."},
      results_output("One entry a domain: domain, id, mode, patterns, uncovered (hosts), unused (patterns "
                     "that cover none)."),
      warnings_output(),
      mend_output("What to do, in its order."),
  };
  return declaration;
}

}  // namespace mxodus::dns
