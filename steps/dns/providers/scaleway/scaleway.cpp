#include "steps/dns/providers/scaleway/scaleway.h"

#include <set>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/json.h"
#include "steps/dns/providers/rrsets.h"

namespace mxodus::dns {
namespace {

using nlohmann::json;

constexpr int kScalewayPageSize = 100;
constexpr int kScalewayPages = 200;

/// The data of MX and SRV come with their priority in front or, from other clients, only in its own field.
std::string data_of(const json& record, const std::string& type, const std::string& zone) {
  std::string data = text_at(record, "data");
  const std::size_t fields = fields_of(data).size();
  const bool bare = (type == "MX" && fields == 1) || (type == "SRV" && fields == 3);
  if (bare) data = std::to_string(number_at(record, "priority").value_or(0)) + " " + data;
  if (type == "TXT" && !data.starts_with('"')) return txt_data(data);
  return with_absolute_target(type, data, zone);
}

struct Listing {
  std::vector<ApiRecord> records;
  std::set<RRsetKey> dynamic;  ///< not answered alike to everybody
};

class Scaleway final : public DnsProvider {
 public:
  Scaleway(const Zone& zone, ProviderTools tools, const ZoneSecrets& secrets)
      : zone_(normal_name(zone.zone)),
        path_("/dns-zones/" + zone_ + "/records"),
        api_(access_to(zone, secrets.at("token")), std::move(tools), secrets) {}

  const ProviderTraits& traits() const override { return traits_; }

  Result<std::vector<StoredRRset>> read(const std::vector<RRsetKey>& keys,
                                        const Deadline& deadline) override {
    auto listing = list_records(deadline);
    if (!listing) return tl::unexpected(std::move(listing).error());
    for (const RRsetKey& key : keys)
      if (listing->dynamic.contains(key))
        return fail(ErrorKind::refused, "scaleway.dynamic",
                    key.type + " of " + key.name +
                        " is answered differently to different people at Scaleway; make it a plain record "
                        "there first");
    return rrsets_among(listing->records, keys);
  }

  Result<std::vector<StoredRRset>> list(const Deadline& deadline) override {
    auto listing = list_records(deadline);
    if (!listing) return tl::unexpected(std::move(listing).error());
    return all_rrsets(listing->records);
  }

  /// One request, carried out as a whole. Never `clear`, which empties the zone.
  Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) override {
    json steps = json::array();
    for (const RRsetChange& change : changes) {
      if (!change.before.exists() && !change.after.exists()) continue;
      steps.push_back(change.after.exists() ? set_step(change.after) : delete_step(change.before));
    }
    if (steps.empty()) return {};
    const json body = {
        {"return_all_records", false}, {"disallow_new_zone_creation", true}, {"changes", std::move(steps)}};
    auto answer = api_.call("PATCH", path_, body.dump(), deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    return {};
  }

 private:
  Result<Listing> list_records(const Deadline& deadline) {
    Listing listing;
    for (int page = 1; page <= kScalewayPages; ++page) {
      auto body = api_.get(
          path_ + "?page=" + std::to_string(page) + "&page_size=" + std::to_string(kScalewayPageSize),
          deadline);
      if (!body) return tl::unexpected(std::move(body).error());
      const json* records = list_at(*body, "records");
      const auto total = number_at(*body, "total_count");
      if (!records || !total) return tl::unexpected(api_.unexpected("something that is no list of records"));
      for (const json& record : *records)
        if (auto added = add(record, listing); !added) return tl::unexpected(std::move(added).error());
      if (records->empty() || listing.records.size() >= *total) return listing;
    }
    return tl::unexpected(api_.unexpected("a list of records without an end"));
  }

  Result<void> add(const json& record, Listing& listing) const {
    const auto ttl = number_at(record, "ttl");
    ApiRecord read{.name = absolute_name(text_at(record, "name"), zone_),
                   .type = text_at(record, "type"),
                   .ttl = ttl.value_or(0)};
    if (read.type.empty() || !ttl || text_at(record, "data").empty())
      return tl::unexpected(api_.unexpected("a record without type, TTL or data"));
    read.data = data_of(record, read.type, zone_);
    for (const char* dynamic : {"geo_ip_config", "http_service_config", "weighted_config", "view_config"})
      if (object_at(record, dynamic)) listing.dynamic.insert({read.name, read.type});
    listing.records.push_back(std::move(read));
    return {};
  }

  json set_step(const StoredRRset& set) const {
    const std::string name = relative_name(set.rrset.name, zone_, "");
    const std::string& type = set.rrset.type;
    json records = json::array();
    for (const std::string& data : set.rrset.data) {
      const std::string written = data_to_send(type, data);
      json record = {{"name", name}, {"type", type}, {"data", written}, {"ttl", set.rrset.ttl}};
      if (type == "MX") {
        const std::vector<std::string> fields = fields_of(written);
        if (fields.size() == 2) {
          record["data"] = fields[1];
          record["priority"] = std::stoi(fields[0]);
        }
      }
      records.push_back(std::move(record));
    }
    return {{"set", {{"id_fields", {{"name", name}, {"type", type}}}, {"records", std::move(records)}}}};
  }

  json delete_step(const StoredRRset& set) const {
    const json which = {{"name", relative_name(set.rrset.name, zone_, "")}, {"type", set.rrset.type}};
    return {{"delete", {{"id_fields", which}}}};
  }

  static ApiAccess access_to(const Zone& zone, const SecretText& token) {
    return {.provider = "scaleway",
            .title = "the API of Scaleway",
            .base = base_url(zone, "https://api.scaleway.com/domain/v2beta1"),
            .zone = normal_name(zone.zone),
            .key_hint = "make an API key whose policy has DomainsDNSFullAccess; `token` is its secret key",
            .zone_hint = "look at `zone` in the playbook, and whether the key is of the project that has it",
            .authenticate = secret_header("X-Auth-Token", "", token)};
  }

  ProviderTraits traits_ = scaleway_traits();
  std::string zone_;
  std::string path_;
  ApiClient api_;
};

}  // namespace

ProviderTraits scaleway_traits() {
  return {.name = "scaleway", .ttl_floor = 60, .batch = true, .asynchronous = true};
}

Result<std::unique_ptr<DnsProvider>> make_scaleway(const Zone& zone, ProviderTools tools,
                                                   const ZoneSecrets& secrets) {
  auto needed = need_secrets(zone, secrets, {"token"}, "the secret key of an API key of Scaleway");
  if (!needed) return tl::unexpected(std::move(needed).error());
  return std::make_unique<Scaleway>(zone, std::move(tools), secrets);
}

}  // namespace mxodus::dns
