#include "steps/dns/providers/cloudflare/cloudflare.h"

#include <nlohmann/json.hpp>

#include "orchestrator/dns/names.h"
#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/cloudflare/records.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/json.h"

namespace mxodus::dns {
namespace {

using nlohmann::json;

constexpr int kCloudflarePageSize = 500;
constexpr int kCloudflarePages = 200;

/// All records of the zone, and which RRsets among them are not served as they are stored.
struct Listing {
  std::vector<ApiRecord> records;
  std::set<RRsetKey> proxied;
  std::set<RRsetKey> automatic;  ///< their TTL is
};

class Cloudflare final : public DnsProvider {
 public:
  Cloudflare(const Zone& zone, ProviderTools tools, const ZoneSecrets& secrets)
      : zone_(normal_name(zone.zone)),
        api_(access_to(zone, secrets.at("token")), std::move(tools), secrets) {}

  const ProviderTraits& traits() const override { return traits_; }

  Result<std::vector<StoredRRset>> read(const std::vector<RRsetKey>& keys,
                                        const Deadline& deadline) override {
    auto listing = list_records(deadline);
    if (!listing) return tl::unexpected(std::move(listing).error());
    std::vector<StoredRRset> sets;
    for (const RRsetKey& key : keys) {
      if (auto known = knows_type(traits_, key.type, key.name); !known)
        return tl::unexpected(std::move(known).error());
      if (listing->proxied.contains(key))
        return fail(ErrorKind::refused, "cloudflare.proxied",
                    key.type + " of " + key.name +
                        " goes through Cloudflare's proxy, so that name servers do not answer it and no mail "
                        "gets through: set it to \"DNS only\" there first");
      sets.push_back(rrset_among(listing->records, key));
      if (listing->automatic.contains(key)) sets.back().comments = ValueMap{{"ttl", "automatic"}};
    }
    return sets;
  }

  Result<std::vector<StoredRRset>> list(const Deadline& deadline) override {
    auto listing = list_records(deadline);
    if (!listing) return tl::unexpected(std::move(listing).error());
    return all_rrsets(listing->records);
  }

  Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) override {
    auto listing = list_records(deadline);
    if (!listing) return tl::unexpected(nothing_written(std::move(listing).error()));
    json batch = json::object();
    for (const RRsetChange& change : changes) {
      if (auto still = still_as_read(listing->records, change); !still) return still;
      if (auto added = add_edits(batch, listing->records, change.after); !added) return added;
    }
    if (batch.empty()) return {};
    auto answer = api_.call("POST", "/zones/" + zone_id_ + "/dns_records/batch", batch.dump(), deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    const auto body = parse_json(answer->body);
    if (!body || !flag_at(*body, "success")) return tl::unexpected(api_.unexpected("no success"));
    return {};
  }

 private:
  Result<void> find_zone(const Deadline& deadline) {
    if (!zone_id_.empty()) return {};
    auto body = api_.get("/zones?name=" + url_encoded(zone_), deadline);
    if (!body) return tl::unexpected(std::move(body).error());
    const json* zones = list_at(*body, "result");
    if (!zones) return tl::unexpected(api_.unexpected("something that is no list of zones"));
    for (const json& zone : *zones)
      if (normal_name(text_at(zone, "name")) == zone_) zone_id_ = id_at(zone, "id");
    if (!zone_id_.empty()) return {};
    return fail(ErrorKind::not_found, "cloudflare.zone",
                api_.access().title + " shows no zone " + zone_ + ": " + api_.access().zone_hint);
  }

  Result<Listing> list_records(const Deadline& deadline) {
    if (auto found = find_zone(deadline); !found) return tl::unexpected(std::move(found).error());
    Listing listing;
    for (int page = 1; page <= kCloudflarePages; ++page) {
      auto body = api_.get("/zones/" + zone_id_ + "/dns_records?page=" + std::to_string(page) +
                               "&per_page=" + std::to_string(kCloudflarePageSize),
                           deadline);
      if (!body) return tl::unexpected(std::move(body).error());
      const json* records = list_at(*body, "result");
      const json* info = object_at(*body, "result_info");
      const auto pages = info ? number_at(*info, "total_pages") : std::nullopt;
      if (!records || !pages) return tl::unexpected(api_.unexpected("something that is no list of records"));
      for (const json& record : *records)
        if (auto added = add_record(listing, record); !added) return tl::unexpected(std::move(added).error());
      if (static_cast<std::uint32_t>(page) >= *pages) return listing;
    }
    return tl::unexpected(api_.unexpected("a list of records without an end"));
  }

  Result<void> add_record(Listing& listing, const json& record) const {
    auto read = cloudflare::record_from(record);
    if (!read) return tl::unexpected(api_.unexpected("a record without id, name, type, TTL or content"));
    const RRsetKey key{read->name, read->type};
    if (flag_at(record, "proxied")) listing.proxied.insert(key);
    if (number_at(record, "ttl") == cloudflare::kAutomaticTtl) listing.automatic.insert(key);
    listing.records.push_back(std::move(*read));
    return {};
  }

  Result<void> add_edits(json& batch, const std::vector<ApiRecord>& records, const StoredRRset& after) const {
    const RecordEdits edits = edits_to(records, after);
    for (const std::string& id : edits.remove) batch["deletes"].push_back({{"id", id}});
    for (const auto& [id, data] : edits.update) {
      json record = record_body(after, data);
      if (record.empty()) return cannot_take_apart(after, data);
      record["id"] = id;
      batch["puts"].push_back(std::move(record));
    }
    for (const std::string& data : edits.create) {
      json record = record_body(after, data);
      if (record.empty()) return cannot_take_apart(after, data);
      batch["posts"].push_back(std::move(record));
    }
    return {};
  }

  static tl::unexpected<Error> cannot_take_apart(const StoredRRset& set, const std::string& data) {
    return fail(ErrorKind::invalid, "cloudflare.data",
                "\"" + data + "\" is no data of " + set.rrset.type + " of " + set.rrset.name);
  }

  static json record_body(const StoredRRset& set, const std::string& data) {
    json body = cloudflare::fields_for(set.rrset.type, data);
    if (body.empty() || !as_body(body)) return {};
    const Value* kept = set.comments.find("ttl");
    const bool automatic = kept && *kept == Value("automatic") && set.rrset.ttl == cloudflare::kServedTtl;
    body["name"] = set.rrset.name;
    body["type"] = set.rrset.type;
    body["ttl"] = automatic ? cloudflare::kAutomaticTtl : set.rrset.ttl;
    if (set.rrset.type == "A" || set.rrset.type == "AAAA" || set.rrset.type == "CNAME")
      body["proxied"] = false;
    return body;
  }

  static ApiAccess access_to(const Zone& zone, const SecretText& token) {
    return {.provider = "cloudflare",
            .title = "the API of Cloudflare",
            .base = base_url(zone, "https://api.cloudflare.com/client/v4"),
            .zone = normal_name(zone.zone),
            .key_hint = "make an API token with the permissions Zone: Read and DNS: Edit for " + zone.zone +
                        " (an API key is none)",
            .zone_hint = "look at `zone` in the playbook, and whether the token may read that zone",
            .authenticate = secret_header("Authorization", "Bearer ", token)};
  }

  ProviderTraits traits_ = cloudflare_traits();
  std::string zone_;
  std::string zone_id_;
  ApiClient api_;
};

}  // namespace

ProviderTraits cloudflare_traits() {
  return {.name = "cloudflare",
          .ttl_floor = 60,
          .ttl_ceiling = 86400,
          .batch = true,
          .types = cloudflare::known_types()};
}

Result<std::unique_ptr<DnsProvider>> make_cloudflare(const Zone& zone, ProviderTools tools,
                                                     const ZoneSecrets& secrets) {
  auto needed = need_secrets(zone, secrets, {"token"}, "an API token of Cloudflare");
  if (!needed) return tl::unexpected(std::move(needed).error());
  return std::make_unique<Cloudflare>(zone, std::move(tools), secrets);
}

}  // namespace mxodus::dns
