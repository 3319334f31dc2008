#include "steps/dns/records/declaration.h"

#include "steps/dns/rows.h"
#include "steps/dns/zone_entry.h"

namespace mxodus::dns {

StepDeclaration declare_dns_records() {
  StepDeclaration declaration;
  declaration.name = "dns.records";
  declaration.effect = Effect::change;
  declaration.summary = "Looks at records of a zone everywhere, and changes them";
  declaration.doc =
      R"(Looks at each RRset in three places: what the provider's API holds, what every authoritative server answers over
IPv4 and IPv6, and what resolvers still cache and until when. `holds` is true when provider and all servers agree with
what is wished; `propagated` when the resolvers do too. A server that cannot be asked makes the step unknown,
and so does an answer that DNSSEC says is forged (bogus). Servers with different serials are a warning that names them.
One of the named `resolvers` that cannot be asked makes a step that only looks unknown, and is a warning of one that changes.

Records of one step are in one zone. With `zone` their names are relative to it. Without it they are written whole, and the
zone is the entry of `dns:` that holds them by the longest match of whole labels: a step for each zone, whichever
provider it has. NS and DS with which a zone hands on another that is also under `dns:` need `zone`.

`records` only looks. Each entry has `name` (relative to the zone, `@` for the zone itself), `type`, and one of `equals`,
`contains` (of a TXT: a text that begins so), `one_of`, `absent: true`, or none of them: that it exists; `ttl` compares that too.
`one_of: [192.0.2.1, 192.0.2.2]` is for a host that moves between places: the RRset is one of these and nothing beside it, whichever
it is at the moment. Where several records belong together, each choice is a list: `[[192.0.2.1, 192.0.2.2], 192.0.2.3]`.

`set` changes. Each entry has `name`, `type` and one of `data`, `absent: true`, `replace: {match: "v=spf1", with: …}`
(one text of a TXT set, the others stay), or `ttl` alone, of an RRset that is there; without `ttl` an RRset keeps its own, and a new
one gets 5m. Where an expression decides: beside `absent: true` the list in `data` or `equals` is empty, and `absent: false` is
as if it were not written. Where no text begins with `match` the new one is added, and the plan warns; where that would leave two
SPF or two DMARC records, of which receivers take none, it refuses. So it does with a CNAME beside other records, and with
taking away the NS of the zone itself.
Data are written as in a zone file, names with their final dot; a TXT may be written as its bare text. All sets of a step
change together where the provider can do that, addresses before the records that point to them. The plan shows before
and after, and refuses what the provider does not take, such as a TTL that is too short there. What is found at the time
of the change has to be what was reviewed; otherwise nothing is written. Undo puts back the very records that were found,
with their TTL, disabled records and comments, unless somebody changed them since.

Success is never the word of the API: the provider is read again, and every name server asked. Resolvers keep the old
records for their old TTL, and a "no such name" for the negative TTL: lower the TTL a day before, and let the old host
answer until `cached_until`.

With `provider: manual` every change becomes a task for a person, done when the name servers answer it. With
`managed_by: NAME` the records are set by other automation and only waited for; use `until: self.holds`.

With `from: HOST` name servers and resolvers are asked from that host, over TCP: what it sees of a zone that is answered
otherwise inside a network, or of a resolver that answers there alone.)";
  declaration.example = R"(mail_points_to_new:
  uses: dns.records
  with:
    zone: main
    set:
      - {name: mail, type: A, data: 198.51.100.20, ttl: 5m}
      - {name: "@", type: MX, data: "10 mail.example.org."}
      - {name: "@", type: TXT, replace: {match: "v=spf1", with: "v=spf1 mx -all"}}
)";
  declaration.takes_vantage = true;
  declaration.params = {
      zone_param(),
      {.name = "records",
       .type = ParamType::map,
       .doc = "What is to be seen: name, type, and one of equals, contains, one_of, absent; "
              "ttl.",
       .list = true,
       .element = ParamType::any},
      {.name = "set",
       .type = ParamType::map,
       .doc = "What is to be made: name, type, and one of data, absent, replace; ttl.",
       .list = true,
       .element = ParamType::any},
      {.name = "managed_by", .doc = "Who else sets these records; mxodus then only looks."},
      addresses_param("resolvers", "Resolvers whose caches are looked at, beside our own."),
  };
  declaration.outputs = {
      {.name = "holds",
       .type = ParamType::boolean,
       .doc = "Whether the provider and every authoritative server have it as wished."},
      {.name = "propagated", .type = ParamType::boolean, .doc = "Whether the resolvers have it too."},
      {.name = "cached_until",
       .type = ParamType::time,
       .doc = "Until when resolvers may answer the old; the time of the look where none does."},
      {.name = "records",
       .type = ParamType::map,
       .doc = "One entry a wish, those that do not hold first: name, type, holds, stored, servers, "
              "resolvers; of "
              "several hundred as many as 40 KiB hold.",
       .list = true},
  };
  declaration.tags = {"changes_mx", "lowers_ttl", "publishes"};
  return declaration;
}

}  // namespace mxodus::dns
