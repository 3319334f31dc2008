#include "steps/dns/spf/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {
namespace {

std::vector<ParamSpec> params() {
  return {
      {.name = "domain",
       .type = ParamType::hostname,
       .doc = "The domains in whose name mail is sent.",
       .list = true},
      required(addresses_param("address", "The addresses from which mail leaves, IPv4 and IPv6.")),
      {.name = "helo",
       .type = ParamType::hostname,
       .doc = "The name that the host says in EHLO; it is evaluated by itself, for bounces are sent in its "
              "name."},
      {.name = "sender",
       .doc = "Whole addresses of senders, where a record looks at the part before the @.",
       .list = true},
      {.name = "expect",
       .type = ParamType::enumeration,
       .doc = "What has to come out; `not_pass` for an old address after the move.",
       .fallback = "pass",
       .choices = {"pass", "not_pass", "fail", "softfail", "neutral", "none"}},
  };
}

std::vector<OutputSpec> outputs() {
  return {
      {.name = "expected", .type = ParamType::integer, .doc = "How many results are as `expect` says."},
      {.name = "unexpected", .type = ParamType::integer, .doc = "How many are not."},
      {.name = "unknown", .type = ParamType::integer, .doc = "How many could not be had."},
      {.name = "lookups",
       .type = ParamType::integer,
       .doc = "How many terms look something up at worst, over all domains; 10 are allowed."},
      results_output("One entry a domain and address: domain, sender, identity, address, result, decided_by, "
                     "path, reason, explanation, terms, void_terms."),
      {.name = "domains",
       .type = ParamType::map,
       .doc = "One entry a domain: domain, record, lookups, void_ipv4, void_ipv6, not_counted.",
       .list = true},
      warnings_output("What is wrong in the records, whatever the results."),
      mend_output(),
  };
}

}  // namespace

StepDeclaration declare_spf() {
  StepDeclaration declaration;
  declaration.name = "dns.spf";
  declaration.effect = Effect::observe;
  declaration.summary = "Evaluates SPF for the addresses that will send";
  declaration.doc =
      R"(Evaluates SPF (RFC 7208) for each address in the name of each domain, sender and the HELO name, and says which term
decided, through which includes. Both families are evaluated, none is inferred from the other: a record may pass for
IPv4 and be a permanent error for IPv6. A result other than `expect` is a failure, and a HELO name without a record a
warning. What could not be asked (SERVFAIL, timeout, a forged answer) is unknown, never ok and never a failure.

Whatever the results, the record is looked at as a whole: how many terms look something up at worst, which is when none
matches; how many lead to nothing, for either family; several records, `+all`, `ptr`, terms behind `all`, includes of
nothing, typing mistakes. These are warnings. `docs/spf.md` has all of them.

Give the addresses that peers see, not those that are configured. The questions are asked by mxodus itself, from
the laptop, and each once; who answered what and when is kept as evidence.)";
  declaration.example = R"(spf_knows_new:
  uses: dns.spf
  with:
    domain: [example.org, example.net]
    address: [198.51.100.20, "2001:db8:51::20"]
    helo: mail.example.org
)";
  declaration.params = params();
  declaration.outputs = outputs();
  return declaration;
}

}  // namespace mxodus::dns
