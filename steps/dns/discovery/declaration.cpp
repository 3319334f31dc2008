#include "steps/dns/discovery/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {

StepDeclaration declare_discovery() {
  StepDeclaration declaration;
  declaration.name = "dns.discovery";
  declaration.effect = Effect::observe;
  declaration.summary = "Sees whether mail clients are led to the new place";
  declaration.doc =
      R"(Looks where clients look when they set up an account: the SRV records of `_imaps`, `_submissions` and the like (RFC 6186,
8314, 5804, 6764, 8620), `autoconfig.DOMAIN` and `/.well-known/autoconfig`, `autodiscover.DOMAIN` and
`/autodiscover/autodiscover.xml`. The XML files are fetched as postmaster of the domain, and the hosts that they name are
looked up as well: a file that still names the old host sends every new client there, whatever the MX say.

A failure: a host that SRV or a file names and that leads elsewhere than to `address`, has no address, or is an alias where SRV
names it (RFC 2782); a web host of the files that leads to `old`. A warning: nothing at all was found, so that people have to type the
names; a file that is only given to who has a password; a file that names what is no host. What could not be asked,
and a file that cannot be read, is unknown. Of the places for one kind of file the first that answers counts.)";
  declaration.example = R"(clients_find_the_new_host:
  uses: dns.discovery
  with:
    domain: example.org
    address: [198.51.100.20, "2001:db8:51::20"]
    old: 192.0.2.10
)";
  declaration.params = {
      domain_param("The domains of the mail addresses."),
      required(addresses_param("address", "Where clients shall be led: all addresses of the new place.")),
      addresses_param("old",
                      "The addresses of the old place, where no web host of these files may be any more."),
  };
  declaration.outputs = {
      {.name = "moved",
       .type = ParamType::boolean,
       .doc =
           "Whether every host that clients are told of leads to `address`; false where that is not known."},
      results_output("One entry a host that is named: domain, source (a URL or the name of an SRV), host, "
                     "addresses, standing (new, elsewhere, dangling, alias, unknown)."),
      warnings_output(),
      mend_output("What to change, and where."),
  };
  return declaration;
}

}  // namespace mxodus::dns
