#include "steps/dns/mx/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {

StepDeclaration declare_mx() {
  StepDeclaration declaration;
  declaration.name = "dns.mx";
  declaration.effect = Effect::observe;
  declaration.summary = "Sees whether all MX of domains lead to the new place";
  declaration.doc =
      R"(For each domain: who takes its mail, in the order in which senders try them, and which addresses these hosts have in both
families. Give in `address` the addresses of the new place: every MX of every preference must lead there and nowhere else. A
backup MX that was forgotten is a trap for mail and a door for spam, and it is tried exactly while the new host is down.
With `old`, what still leads to the old place is named as such.

A failure: an MX that has no address, is an alias (RFC 2181, 10.3), or is an address where a name belongs; a null MX (RFC
7505) beside others, or where `address` is given; a domain without MX and without address; any way to an address
that is not in `address`. A warning: a domain without MX, whose own address senders then take (RFC 5321, 5.1); a host
that stands in two records; a host that only IPv6 reaches; an address of `address` to which no MX leads.
What could not be asked is unknown, and so is whatever is said of a domain that has more than 50 MX, of which the 50 that
senders try first are looked at.

The answers are those of a resolver of our own: use `dns.records` for what each server of the zone says.)";
  declaration.example = R"(all_mail_goes_to_the_new_host:
  uses: dns.mx
  with:
    domain: [example.org, example.net]
    address: [198.51.100.20, "2001:db8:51::20"]
    old: 192.0.2.10
)";
  declaration.params = {
      domain_param("The domains that receive mail."),
      addresses_param("address",
                      "Where mail shall arrive: all addresses of the new place. Without it, only what is "
                      "wrong in itself is found."),
      addresses_param("old", "The addresses of the old place: what leads there is named in `leftovers`."),
  };
  declaration.outputs = {
      {.name = "moved",
       .type = ParamType::boolean,
       .doc = "Whether every MX of every domain leads to `address` and nowhere else; false where that is not "
              "known."},
      results_output("One entry a record: domain, preference, host, addresses, standing (new, elsewhere, "
                     "old, dangling, alias, literal, none, unknown; without `address` also fine)."),
      {.name = "leftovers", .doc = "What still leads to the old place.", .list = true},
      warnings_output(),
      mend_output(),
  };
  return declaration;
}

}  // namespace mxodus::dns
