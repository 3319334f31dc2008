#include "steps/dns/ttl/declaration.h"

#include "steps/dns/zone_entry.h"

namespace mxodus::dns {
namespace {

std::vector<ParamSpec> params() {
  return {
      zone_param(),
      {.name = "records",
       .type = ParamType::map,
       .doc = "The RRsets: name, type, and `ttl` where one is to get exactly that.",
       .required = true,
       .list = true,
       .element = ParamType::any},
      {.name = "lower",
       .type = ParamType::duration,
       .doc = "No TTL is to be longer than this; shorter ones stay."},
      {.name = "old_ttl",
       .type = ParamType::duration,
       .doc =
           "The TTL from before of RRsets that have the wished one already: it counts for the wait, and is "
           "what they get back."},
      {.name = "managed_by", .doc = "Who else sets these TTLs; mxodus then only looks."},
  };
}

std::vector<OutputSpec> outputs() {
  return {
      {.name = "holds",
       .type = ParamType::boolean,
       .doc = "Whether the provider and every authoritative server have the TTLs as wished."},
      {.name = "old_ttl",
       .type = ParamType::duration,
       .doc = "The longest TTL among these RRsets before this step changed them."},
      {.name = "negative_ttl",
       .type = ParamType::duration,
       .doc = "How long resolvers keep that there is no such record, by the SOA."},
      {.name = "wait_until",
       .type = ParamType::time,
       .doc = "From then on no resolver keeps anything for longer than the new TTL: the time of the change "
              "plus the "
              "old TTL, or the negative one where that is longer. Where nothing was changed: as if it were "
              "now."},
      {.name = "records",
       .type = ParamType::map,
       .doc = "One entry an RRset that was there, as it was before: name, type, ttl. Parameter `records` of "
              "the step "
              "that restores them.",
       .list = true},
  };
}

}  // namespace

StepDeclaration declare_ttl() {
  StepDeclaration declaration;
  declaration.name = "dns.ttl";
  declaration.effect = Effect::change;
  declaration.summary = "Lowers the TTL of the records that a move will change, and restores it";
  declaration.doc =
      R"(Resolvers keep a record for the TTL that it had when they asked. A TTL that is lowered today has its effect when the old
one has run out: not now, and not after the new one. So `wait_until` counts with the old TTL, as the provider (or, for a zone
that a person edits, a name server) has it and not as a cache counts it down, with a longer one that a name server still hands
out, and with the negative TTL of the SOA: a name that is still to come may be known as missing for so long. Let a `wait` with `at` stand between this step and the change; it is
parked, across any number of restarts.

With `lower` no TTL is made longer, and data, disabled records and comments stay as they are. An entry with a `ttl` gets
exactly that one: `records: "${steps.ttl_lowered.records}"` restores what was found. A provider's shortest TTL is respected, with a
warning. Undo puts back the very records that were found, unless somebody changed them since.

The records are in one zone, named or found by their names as in `dns.records`; the output `records` has whole names.

An RRset that has the very TTL wished may always have had it, or have got it a minute ago: from an attempt before this one,
whose name servers did not follow, or from a person. Nobody can be asked since when, so the step warns, counts `old_ttl`
and `wait_until` with the longest that resolvers keep anything, 7d, and gives no `records`. Say in the parameter `old_ttl` what it was.

With neither, the step only looks: in an emergency nothing can be lowered first, and the plan then says until when resolvers
hold what is there now. An RRset behind a CNAME fails, because the TTL of the CNAME counts too: name both.

With `provider: manual`, lowering becomes a task for a person. It gives no outputs: take `old_ttl` from a look before it.)";
  declaration.example = R"(ttl_lowered:
  uses: dns.ttl
  with:
    zone: main
    lower: 5m
    records:
      - {name: mail, type: A}
      - {name: mail, type: AAAA}
      - {name: "@", type: MX}
)";
  declaration.params = params();
  declaration.outputs = outputs();
  declaration.tags = {"lowers_ttl"};
  return declaration;
}

}  // namespace mxodus::dns
