#include "steps/dns/scan/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {
namespace {

std::vector<ParamSpec> params() {
  return {
      addresses_param("old_address", "The addresses to which nothing is to lead any more, IPv4 and IPv6."),
      {.name = "old_name",
       .type = ParamType::hostname,
       .doc = "The names of hosts to which nothing is to lead any more.",
       .list = true},
      {.name = "zone",
       .type = ParamType::zone,
       .doc = "Entries of `dns:` that are listed by the API of their provider; where it cannot list, the "
              "dictionary is asked.",
       .list = true},
      {.name = "domain",
       .type = ParamType::hostname,
       .doc = "Domains of which the names that mail usually has are asked for.",
       .list = true},
      {.name = "names",
       .doc = "More names to ask for: labels below each domain, or whole names.",
       .list = true},
      {.name = "zone_file",
       .type = ParamType::map,
       .doc = "Zone files on this machine: the name of the zone, and the path.",
       .element = ParamType::path},
      {.name = "files",
       .type = ParamType::place,
       .doc = "Files on hosts; `path` may be a glob, such as /etc/postfix/*.",
       .list = true},
  };
}

std::vector<OutputSpec> outputs() {
  return {
      {.name = "count",
       .type = ParamType::integer,
       .doc = "How many records and lines still lead to something old."},
      {.name = "hits",
       .type = ParamType::map,
       .doc = "One entry each, 40 at most: form, name, data, term, leads_to, by, where, mend.",
       .list = true},
      {.name = "sources",
       .type = ParamType::map,
       .doc = "What was looked through: kind, what, looked_at, complete, note.",
       .list = true},
      {.name = "complete",
       .type = ParamType::boolean,
       .doc = "Whether the sources were whole and everything that was asked was answered."},
      {.name = "troubles", .doc = "What could not be asked or read, 10 at most.", .list = true},
      {.name = "mend", .doc = "What to change, and where, 40 at most.", .list = true},
  };
}

}  // namespace

StepDeclaration declare_scan() {
  StepDeclaration declaration;
  declaration.name = "dns.scan";
  declaration.effect = Effect::observe;
  declaration.summary = "Finds every record and every line that still leads to an old address or name";
  declaration.doc =
      R"(One record that still pointed to the address of an old relay filled the queue of the new one with 80,000 mails, and then
its disk. This step looks for such records: A, AAAA, CNAME, MX, SRV, SVCB and HTTPS (target and address hints), NS and glue,
SOA, PTR, the terms of SPF, the names of TLSA records, and whatever other text mentions something old, such as a DMARC address.
Names of other people are followed: a CNAME to a host elsewhere that stands at the old address is found, and so is an `include`
that lets the old address send. A record that leads there by another record of ours is not reported: mending that one mends it.
What NS in a listed zone hand to a zone below is followed too, unless `zone`, `zone_file` or `domain` names that one.

Whole labels and whole addresses count: `mail10` is not `mail1`, 192.0.2.1 is not 192.0.2.10, a name below an old name is another
name, and all spellings of an IPv6 address are one. An SPF network counts when the old address lies in it.

Records come from the API of a provider (`zone`), from zone files, or by asking for the names that mail usually has (`domain`). The
last is never complete, and the step says so: without a hit it is a warning then. A zone of `provider: rfc2136` is listed by transfer (AXFR). A wildcard
is found as what it is. `files` are read on hosts as data, 1 MiB of one and 8 MiB of a host's at most; lines that begin with #, ; or
// are comments, and no line is ever shown: it may hold a password. Names that they mention are asked for too, 500 at most, so that a forgotten `transport_maps` entry finds its record: ours wherever they
stand, those of other people as a next hop (`[relay.example.net]:25`, `smtp:relay.example.net`) or the value of a setting, and not
in a file whose name speaks of passwords: a question to the DNS is seen by others. Of a next hop its MX are asked for as well.
Compiled maps are not read: name what they are made of.

A hit is a failure and comes with the place where to mend it. What could not be asked or read makes the step unknown.)";
  declaration.example = R"(nothing_leads_to_old:
  uses: dns.scan
  with:
    old_address: [192.0.2.1, "2001:db8::1"]
    old_name: [ananas.example.org]
    zone: [main]
    files:
      - {host: new, path: /etc/hosts}
      - {host: new, path: /etc/postfix/*}
)";
  declaration.params = params();
  declaration.outputs = outputs();
  return declaration;
}

}  // namespace mxodus::dns
