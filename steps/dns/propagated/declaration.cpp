#include "steps/dns/propagated/declaration.h"

#include "steps/dns/rows.h"

namespace mxodus::dns {
namespace {

std::vector<ParamSpec> params() {
  return {
      {.name = "domain", .type = ParamType::hostname, .doc = "The zone that was changed.", .required = true},
      {.name = "records",
       .type = ParamType::map,
       .doc = "What is to be seen: name, type, and one of equals, contains, one_of, absent; ttl.",
       .required = true,
       .list = true,
       .element = ParamType::any},
      {.name = "cached_until",
       .type = ParamType::time,
       .doc = "Until when resolvers may keep the old: an output of the step that changed the records."},
      {.name = "changed_at",
       .type = ParamType::time,
       .doc = "When the records were changed, where `cached_until` is not known; together with `old_ttl`."},
      {.name = "old_ttl",
       .type = ParamType::duration,
       .doc = "The TTL of the old records, or the negative TTL where there were none."},
      addresses_param("resolvers", "Resolvers that may show it earlier than the clock."),
  };
}

std::vector<OutputSpec> outputs() {
  return {
      {.name = "propagated",
       .type = ParamType::boolean,
       .doc = "Whether every authoritative server has it, and the old TTL has run out or all `resolvers` "
              "show it."},
      {.name = "published",
       .type = ParamType::boolean,
       .doc = "Whether every authoritative server has it, with the same serial."},
      {.name = "true_at",
       .type = ParamType::time,
       .doc =
           "When `propagated` will be true at the latest, or since when it is; absent where nothing tells."},
      {.name = "serial", .type = ParamType::integer, .doc = "The newest serial that a server has."},
      {.name = "behind",
       .doc = "The authoritative servers that do not have it, or an older serial.",
       .list = true},
      {.name = "stale", .doc = "The `resolvers` that still answer the old.", .list = true},
  };
}

}  // namespace

StepDeclaration declare_propagated() {
  StepDeclaration declaration;
  declaration.name = "dns.propagated";
  declaration.effect = Effect::observe;
  declaration.summary = "Tells when a change of records has arrived everywhere";
  declaration.doc =
      R"(Every address of every authoritative server is asked for the records and for the SOA: of those that the zone names, and of
those that its parent names, to which resolvers are sent. A server that answers something else or with another TTL than a `ttl`
that is wished, answers without authority, or has an older serial is named: a secondary that does not follow goes on handing out
the old. One that could not be asked, or whose address nobody knows, makes the step unknown.

When all of them agree, caches are left, and no cache can be asked that matters. So the clock decides: with `cached_until`, or
`changed_at` and `old_ttl`, it is true when the *old* TTL has run out; `true_at` is that time. It is true earlier when all
`resolvers` that are named show it. A resolver that answers the old beyond that time is a warning: some serve expired
answers for up to three days, so let the old host answer a while longer. While a server still hands out the old there
is no `true_at`: its answers may be kept for their whole TTL, and nobody knows when it follows.

Use `until: self.propagated`. A parked run looks again when it is due. With `from: HOST` servers and resolvers are asked from
there, over TCP.)";
  declaration.example = R"(seen_everywhere:
  uses: dns.propagated
  with:
    domain: example.org
    records:
      - {name: mail, type: A, equals: 198.51.100.20}
    cached_until: "${steps.mail_points_to_new.cached_until}"
    resolvers: [9.9.9.9, 1.1.1.1]
  until: self.propagated
  every: 1m
  deadline: 3d
)";
  declaration.takes_vantage = true;
  declaration.params = params();
  declaration.outputs = outputs();
  return declaration;
}

}  // namespace mxodus::dns
