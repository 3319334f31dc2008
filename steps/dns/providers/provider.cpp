#include "steps/dns/providers/provider.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/core/url.h"
#include "orchestrator/dns/rdata.h"
#include "orchestrator/transport/dial.h"
#include "steps/dns/providers/cloudflare/cloudflare.h"
#include "steps/dns/providers/desec/desec.h"
#include "steps/dns/providers/digitalocean/digitalocean.h"
#include "steps/dns/providers/gandi/gandi.h"
#include "steps/dns/providers/hetzner/hetzner.h"
#include "steps/dns/providers/manual/manual.h"
#include "steps/dns/providers/ovh/ovh.h"
#include "steps/dns/providers/powerdns/powerdns.h"
#include "steps/dns/providers/rfc2136/rfc2136.h"
#include "steps/dns/providers/route53/route53.h"
#include "steps/dns/providers/rrsets.h"
#include "steps/dns/providers/scaleway/scaleway.h"

namespace mxodus::dns {
namespace {

struct Known {
  ProviderTraits (*traits)();
  Result<std::unique_ptr<DnsProvider>> (*make)(const Zone&, ProviderTools, const ZoneSecrets&);
  bool of_ones_own = false;  ///< a server of one's own, that may be without TLS
};

const std::map<std::string, Known>& known_providers() {
  static const std::map<std::string, Known> providers = {
      {"cloudflare", {cloudflare_traits, make_cloudflare}},
      {"desec", {desec_traits, make_desec}},
      {"digitalocean", {digitalocean_traits, make_digitalocean}},
      {"gandi", {gandi_traits, make_gandi}},
      {"hetzner", {hetzner_traits, make_hetzner}},
      {"manual", {manual_traits, nullptr}},
      {"ovh", {ovh_traits, make_ovh}},
      {"powerdns", {powerdns_traits, make_powerdns, true}},
      {"rfc2136", {rfc2136_traits, make_rfc2136}},
      {"route53", {route53_traits, make_route53}},
      {"scaleway", {scaleway_traits, make_scaleway}},
  };
  return providers;
}

Result<Known> known_provider(const Zone& zone) {
  const auto found = known_providers().find(zone.provider);
  if (found != known_providers().end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, provider] : known_providers()) names.push_back(name);
  const std::string near = nearest(zone.provider, names);
  return fail(ErrorKind::invalid, "dns.provider",
              "the DNS zone " + zone.name + " names the provider \"" + printable_line(zone.provider, 40) +
                  "\", which this mxodus does not know",
              "it knows " + join(names, ", ") + "; with manual a person makes the changes" +
                  (near.empty() ? "" : "; nearest: " + near));
}

/// A token goes there with every question. `url` itself is not shown: it may hold a password.
Result<void> check_url(const Zone& zone, const Known& provider) {
  const auto found = zone.options.find("url");
  if (found == zone.options.end()) return {};
  const std::string url = to_string(found->second);
  const auto wrong = [&](const char* what, const std::string& hint) {
    return fail(ErrorKind::invalid, "dns.url", "`url` of the DNS zone " + zone.name + " " + what, hint);
  };
  if (url_authority(url).empty()) return wrong("is no http or https address", "write `url: https://…`");
  if (url_has_login(url))
    return wrong("holds a user or a password, which plans and reports would show",
                 "leave it out; `token` is what " + zone.provider + " is asked with");
  if (url_is_open(url) && !provider.of_ones_own)
    return wrong("is http: the token would go there for all to read", "write `https://`");
  return {};
}

/// What people have written beside a set, where the provider keeps that as a list. When it was is the
/// server's.
ValueList remarks(const StoredRRset& set) {
  const auto* list = set.comments.get<ValueList>();
  ValueList remarks = list ? *list : ValueList();
  for (Value& remark : remarks)
    if (auto* map = remark.get<ValueMap>()) map->erase("modified_at");
  return remarks;
}

}  // namespace

bool same_rrset(const StoredRRset& a, const StoredRRset& b) {
  if (!a.exists() && !b.exists()) return same_data(a.rrset.type, a.disabled, b.disabled);
  return a.rrset.ttl == b.rrset.ttl && same_data(a.rrset.type, a.rrset.data, b.rrset.data) &&
         same_data(a.rrset.type, a.disabled, b.disabled) && remarks(a) == remarks(b);
}

Result<std::unique_ptr<ByteStream>> connect_tcp(const Endpoint& endpoint, const Deadline& deadline) {
  auto dialled = dial(endpoint, deadline);
  if (!dialled) return tl::unexpected(std::move(dialled).error());
  return std::make_unique<FdStream>(std::move(dialled->fd));
}

Result<std::vector<StoredRRset>> DnsProvider::read(const std::vector<RRsetKey>& keys,
                                                   const Deadline& deadline) {
  auto zone = list(deadline);
  if (!zone) return zone;
  return pick(*zone, keys);
}

Result<ProviderTraits> provider_traits(const Zone& zone) {
  auto known = known_provider(zone);
  if (!known) return tl::unexpected(std::move(known).error());
  return known->traits();
}

Result<std::unique_ptr<DnsProvider>> make_provider(const Zone& zone, ProviderTools tools,
                                                   const ZoneSecrets& secrets) {
  auto known = known_provider(zone);
  if (!known) return tl::unexpected(std::move(known).error());
  if (auto url = check_url(zone, *known); !url) return tl::unexpected(std::move(url).error());
  if (known->make) return known->make(zone, std::move(tools), secrets);
  return fail(ErrorKind::invalid, "dns.no-api",
              "the provider of " + zone.zone + " has no API: a person makes its changes");
}

}  // namespace mxodus::dns
