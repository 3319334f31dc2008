#include "steps/dns/providers/route53/route53.h"

#include <algorithm>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/route53/records.h"
#include "steps/dns/providers/route53/signature.h"
#include "steps/dns/providers/rrsets.h"

namespace mxodus::dns {
namespace {

constexpr int kRoute53Pages = 200;
constexpr int kSyncLooks = 60;  // two seconds apart

/// Route 53 says "later" with status 400.
bool says_later(const HttpAnswer& answer) {
  if (answer.status != 400) return false;
  const std::string said = said_in_xml(answer.body);
  return said.starts_with("Throttling") || said.starts_with("PriorRequestNotComplete");
}

/// What InvalidChangeBatch says where the RRset to be taken away is another, or the one to be made is there.
bool says_drift(const std::string& said) {
  for (const char* words : {"do not match the current values", "was not found", "it already exists"})
    if (said.find(words) != std::string::npos) return true;
  return false;
}

/// The last part of "/hostedzone/Z1PA6795UKMFR9", if it is one.
std::string last_part(const std::string& path) {
  const std::string id = path.substr(path.find_last_of('/') + 1);  // npos + 1 is 0
  const bool good = !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
  return good ? id : "";
}

class Route53 final : public DnsProvider {
 public:
  Route53(const Zone& zone, ProviderTools tools, const ZoneSecrets& secrets)
      : zone_(normal_name(zone.zone)),
        zone_id_(last_part(option(zone, "zone_id", ""))),
        key_id_(secrets.at("access_key_id").copy()),
        key_(secrets.at("secret_access_key").copy()),
        clock_(tools.clock),
        api_(access_to(zone), std::move(tools), secrets) {
    if (const auto found = secrets.find("session_token"); found != secrets.end())
      session_token_ = found->second.copy();
  }

  Route53(const Route53&) = delete;  // the client signs with this object
  Route53& operator=(const Route53&) = delete;

  const ProviderTraits& traits() const override { return traits_; }

  Result<std::vector<StoredRRset>> read(const std::vector<RRsetKey>& keys,
                                        const Deadline& deadline) override {
    auto sets = list_sets(deadline);
    if (!sets) return tl::unexpected(std::move(sets).error());
    std::vector<StoredRRset> zone;
    for (route53::Page::Set& set : *sets) {
      const StoredRRset& stored = set.rrset;
      if (!set.plain && std::find(keys.begin(), keys.end(), stored.key()) != keys.end())
        return fail(ErrorKind::refused, "route53.not-plain",
                    stored.rrset.type + " of " + stored.rrset.name +
                        " is an alias or has a routing policy at Route 53, which mxodus does not rewrite; "
                        "make it a simple record there first");
      zone.push_back(std::move(set.rrset));
    }
    return pick(zone, keys);
  }

  Result<std::vector<StoredRRset>> list(const Deadline& deadline) override {
    auto sets = list_sets(deadline);
    if (!sets) return tl::unexpected(std::move(sets).error());
    std::vector<StoredRRset> zone;
    for (route53::Page::Set& set : *sets) {
      zone.push_back(std::move(set.rrset));
      if (!set.alias.empty())
        zone.back().rrset = {zone.back().rrset.name, "ALIAS", zone.back().rrset.ttl, {set.alias}};
    }
    return zone;
  }

  Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) override {
    if (auto found = find_zone(deadline); !found)
      return tl::unexpected(nothing_written(std::move(found).error()));
    const std::string batch = route53::change_batch(changes);
    if (batch.empty()) return {};
    auto answer = api_.send("POST", "/hostedzone/" + zone_id_ + "/rrset/", batch, deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    if (answer->status == 400 && says_drift(answer->body))
      return fail(ErrorKind::drift, "dns.drift",
                  zone_ +
                      " changed while it was to be written, and Route 53 refused to replace what it no "
                      "longer holds; nothing was written, look who changed it and plan again (it said: " +
                      printable_line(said_in_xml(answer->body), 300) + ")");
    if (answer->status < 200 || answer->status > 299) return tl::unexpected(api_.refusal(*answer, true));
    return wait_until_in_sync(std::move(*answer), deadline);
  }

 private:
  Result<XmlElement> get(const std::string& path, const Deadline& deadline) {
    auto answer = api_.call("GET", path, "", deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    auto root = parse_xml(answer->body);
    if (!root) return tl::unexpected(api_.unexpected("something that is no XML"));
    return std::move(*root);
  }

  Result<std::vector<route53::Page::Set>> list_sets(const Deadline& deadline) {
    if (auto found = find_zone(deadline); !found) return tl::unexpected(std::move(found).error());
    std::vector<route53::Page::Set> sets;
    std::string query = "maxitems=300";
    for (int turn = 0; turn < kRoute53Pages; ++turn) {
      auto root = get("/hostedzone/" + zone_id_ + "/rrset?" + query, deadline);
      if (!root) return tl::unexpected(std::move(root).error());
      auto page = route53::page_from(*root);
      if (!page) return tl::unexpected(api_.unexpected("something that is no list of records"));
      std::move(page->sets.begin(), page->sets.end(), std::back_inserter(sets));
      if (!page->truncated) return sets;
      query = query_from(*page);
    }
    return tl::unexpected(api_.unexpected("a list of records without an end"));
  }

  /// Public zones of this name; a private one may have the same and is none of ours.
  Result<void> find_zone(const Deadline& deadline) {
    if (!zone_id_.empty()) return {};
    auto root = get("/hostedzonesbyname?dnsname=" + url_encoded(zone_ + ".") + "&maxitems=100", deadline);
    if (!root) return tl::unexpected(std::move(root).error());
    const XmlElement* zones = root->child("HostedZones");
    if (!zones) return tl::unexpected(api_.unexpected("something that is no list of zones"));
    std::vector<std::string> ids;
    for (const XmlElement& zone : zones->children) {
      const XmlElement* config = zone.child("Config");
      const bool is_private = config && config->text_of("PrivateZone") == "true";
      const std::string id = last_part(zone.text_of("Id"));
      if (normal_name(zone.text_of("Name")) == zone_ && !is_private && !id.empty()) ids.push_back(id);
    }
    if (ids.empty())
      return fail(ErrorKind::not_found, "route53.zone",
                  api_.access().title + " shows no public zone " + zone_ + ": " + api_.access().zone_hint);
    if (ids.size() > 1)
      return fail(ErrorKind::refused, "route53.ambiguous",
                  "Route 53 has " + std::to_string(ids.size()) + " public zones " + zone_ +
                      ": say with `zone_id` which one is delegated (" + join(ids, ", ") + ")");
    zone_id_ = ids.front();
    return {};
  }

  /// Sorted, as the signature wants it.
  static std::string query_from(const route53::Page& page) {
    const std::string identifier =
        page.next_identifier.empty() ? "" : "identifier=" + url_encoded(page.next_identifier) + "&";
    return identifier + "maxitems=300&name=" + url_encoded(page.next_name) +
           "&type=" + url_encoded(page.next_type);
  }

  /// PENDING becomes INSYNC when every server of Route 53 has it.
  Result<void> wait_until_in_sync(HttpAnswer answer, const Deadline& deadline) {
    for (int look = 0; look < kSyncLooks; ++look) {
      const auto root = parse_xml(answer.body);
      const XmlElement* info = root ? root->child("ChangeInfo") : nullptr;
      const std::string id = info ? last_part(info->text_of("Id")) : "";
      if (id.empty()) return tl::unexpected(api_.unexpected("no change"));
      if (info->text_of("Status") == "INSYNC") return {};
      api_.tools().pause(std::chrono::seconds(2), deadline);
      if (deadline.passed()) break;
      auto next = api_.call("GET", "/change/" + id, "", deadline);
      if (!next) return tl::unexpected(partly_written(std::move(next).error()));
      answer = std::move(*next);
    }
    return fail(
        ErrorKind::no_answer, "route53.pending",
        api_.access().title + " took the change of " + zone_ + " and has not brought it to its servers");
  }

  void sign(HttpRequest& request) const {
    const std::size_t host = request.url.find("://") + 3;
    const std::size_t path = std::min(request.url.find('/', host), request.url.size());
    const std::size_t question = std::min(request.url.find('?', path), request.url.size());
    route53::SignedRequest to_sign{
        .method = request.method,
        .path = request.url.substr(path, question - path),
        .query = question < request.url.size() ? request.url.substr(question + 1) : "",
        .headers = {{"host", request.url.substr(host, path - host)},
                    {"x-amz-date", route53::amz_date(clock_.now())}},
        .body = request.body};
    request.headers.emplace_back("X-Amz-Date", to_sign.headers.at("x-amz-date"));
    if (!session_token_.reveal().empty()) {
      to_sign.headers["x-amz-security-token"] = session_token_.reveal();
      request.secret_headers.emplace_back("X-Amz-Security-Token", session_token_.copy());
    }
    request.secret_headers.emplace_back(
        "Authorization",
        SecretText(route53::authorization(to_sign, {key_id_.reveal(), key_, "us-east-1", "route53"})));
  }

  ApiAccess access_to(const Zone& zone) {
    return {.provider = "route53",
            .title = "the API of Route 53",
            .base = base_url(zone, "https://route53.amazonaws.com/2013-04-01"),
            .zone = normal_name(zone.zone),
            .key_hint =
                "look whether the access key is active, its policy allows ListHostedZonesByName, "
                "ListResourceRecordSets, ChangeResourceRecordSets and GetChange, and this clock is right",
            .zone_hint = "look at `zone` and `zone_id` in the playbook, and at the account of the access key",
            .authenticate = [this](HttpRequest& request) { sign(request); },
            .throttled = says_later};
  }

  ProviderTraits traits_ = route53_traits();
  std::string zone_;
  std::string zone_id_;
  SecretText key_id_;
  SecretText key_;
  SecretText session_token_;
  const Clock& clock_;
  ApiClient api_;
};

}  // namespace

ProviderTraits route53_traits() {
  return {.name = "route53",
          .ttl_ceiling = 2147483647,
          .batch = true,
          .compare_and_swap = true,
          .asynchronous = true};
}

Result<std::unique_ptr<DnsProvider>> make_route53(const Zone& zone, ProviderTools tools,
                                                  const ZoneSecrets& secrets) {
  auto needed = need_secrets(zone, secrets, {"access_key_id", "secret_access_key"},
                             "both are of an access key of AWS that may change the zone");
  if (!needed) return tl::unexpected(std::move(needed).error());
  return std::make_unique<Route53>(zone, std::move(tools), secrets);
}

}  // namespace mxodus::dns
