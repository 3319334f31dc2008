#include "steps/dns/zone_look.h"

#include <algorithm>

#include "orchestrator/dns/names.h"
#include "steps/dns/change.h"
#include "steps/support/values.h"

namespace mxodus::dns {
namespace {

/// What the servers answer, where nobody else can tell what is in the zone.
Result<StoredRRset> served(const RRsetKey& key, const World& world, const View& view) {
  StoredRRset stored{.rrset = {key.name, key.type}};
  const auto answering = std::find_if(view.servers.begin(), view.servers.end(),
                                      [](const Sighting& seen) { return seen.answered(); });
  if (answering == view.servers.end())
    return fail(ErrorKind::no_answer, "dns.no-answer",
                "none of the name servers says what " + key.type + " of " + key.name + " is" +
                    (world.trouble.empty() ? "" : ": " + world.trouble));
  stored.rrset.ttl = answering->answer.rrset.ttl;
  stored.rrset.data = answering->answer.rrset.data;
  return stored;
}

}  // namespace

Result<ZoneLook> look_at_zone(StepContext& context, const Zone& zone, const std::vector<RRsetKey>& keys,
                              const std::vector<std::string>& resolvers) {
  ZoneLook look;
  auto traits = provider_traits(zone);
  if (!traits) return tl::unexpected(std::move(traits).error());
  look.traits = std::move(*traits);
  if (look.traits.has_api) {
    auto provider = open_provider(context, zone);
    if (!provider) return tl::unexpected(std::move(provider).error());
    auto stored = (*provider)->read(keys, context.deadline());
    if (!stored) return tl::unexpected(std::move(stored).error());
    look.stored = std::move(*stored);
    look.traits = (*provider)->traits();
  }
  const std::string name = normal_name(zone.zone);
  std::vector<RRsetKey> asked = keys;
  asked.push_back({name, "SOA"});
  look.world = look_around(asked, name, resolvers, context.dns(), context.deadline());
  if (context.deadline().stopped())
    return fail(ErrorKind::cancelled, "dns.stopped", "the look at " + name + " was stopped");
  if (look.traits.has_api) return look;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto stored = served(keys[i], look.world, look.world.views[i]);
    if (!stored) return tl::unexpected(std::move(stored).error());
    look.stored.push_back(std::move(*stored));
  }
  return look;
}

ProviderTraits traits_from_state(const Value& state) {
  Zone zone;
  zone.provider = text_in(state, "provider");
  ProviderTraits traits = provider_traits(zone).value_or(ProviderTraits{});
  traits.ttl_floor = static_cast<std::uint32_t>(integer_in(state, "ttl_floor"));
  return traits;
}

Result<Finding> said_no(Error error) {
  const bool answered = error.kind == ErrorKind::refused || error.kind == ErrorKind::not_found;
  if (!answered || error.code.starts_with("secret.")) return tl::unexpected(std::move(error));
  return Finding{Verdict::fail, error.message, {}, ValueMap{{"trouble", error.code}}};
}

}  // namespace mxodus::dns
