#include "steps/dns/providers/digitalocean/digitalocean.h"

#include <nlohmann/json.hpp>

#include "orchestrator/dns/names.h"
#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/digitalocean/records.h"
#include "steps/dns/providers/json.h"
#include "steps/dns/providers/record_writer.h"

namespace mxodus::dns {
namespace {

using nlohmann::json;

constexpr int kDigitaloceanPageSize = 200;
constexpr int kDigitaloceanPages = 200;

class DigitalOcean final : public DnsProvider {
 public:
  DigitalOcean(const Zone& zone, ProviderTools tools, const ZoneSecrets& secrets)
      : zone_(normal_name(zone.zone)),
        path_("/domains/" + zone_ + "/records"),
        api_(access_to(zone, secrets.at("token")), std::move(tools), secrets) {}

  const ProviderTraits& traits() const override { return traits_; }

  Result<std::vector<StoredRRset>> read(const std::vector<RRsetKey>& keys,
                                        const Deadline& deadline) override {
    for (const RRsetKey& key : keys)
      if (auto known = knows_type(traits_, key.type, key.name); !known)
        return tl::unexpected(std::move(known).error());
    auto records = list_records(deadline);
    if (!records) return tl::unexpected(std::move(records).error());
    return rrsets_among(*records, keys);
  }

  Result<std::vector<StoredRRset>> list(const Deadline& deadline) override {
    auto records = list_records(deadline);
    if (!records) return tl::unexpected(std::move(records).error());
    return all_rrsets(*records);
  }

  Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) override {
    auto records = list_records(deadline);
    if (!records) return tl::unexpected(nothing_written(std::move(records).error()));
    RecordWriter writer(api_, path_);
    for (const RRsetChange& change : changes) {
      if (auto still = still_as_read(*records, change); !still) return still;
      const StoredRRset& set = change.after;
      auto written = writer.write(
          edits_to(*records, set), [&](const std::string& data) { return body_of(set, data); }, deadline);
      if (!written) return written;
    }
    return {};
  }

 private:
  Result<std::vector<ApiRecord>> list_records(const Deadline& deadline) {
    std::vector<ApiRecord> found;
    for (int page = 1; page <= kDigitaloceanPages; ++page) {
      auto body = api_.get(
          path_ + "?page=" + std::to_string(page) + "&per_page=" + std::to_string(kDigitaloceanPageSize),
          deadline);
      if (!body) return tl::unexpected(std::move(body).error());
      const json* records = list_at(*body, "domain_records");
      if (!records) return tl::unexpected(api_.unexpected("something that is no list of records"));
      for (const json& record : *records) {
        auto read = digitalocean::record_from(record, zone_);
        if (!read) return tl::unexpected(api_.unexpected("a record without id, name, type, TTL or data"));
        found.push_back(std::move(*read));
      }
      const json* links = object_at(*body, "links");
      const json* pages = links ? object_at(*links, "pages") : nullptr;
      if (!pages || text_at(*pages, "next").empty()) return found;
    }
    return tl::unexpected(api_.unexpected("a list of records without an end"));
  }

  json body_of(const StoredRRset& set, const std::string& data) const {
    json body = digitalocean::fields_for(set.rrset.type, data);
    if (body.empty()) return body;
    body["type"] = set.rrset.type;
    body["name"] = relative_name(set.rrset.name, zone_, "@");
    body["ttl"] = set.rrset.ttl;
    return body;
  }

  static ApiAccess access_to(const Zone& zone, const SecretText& token) {
    return {.provider = "digitalocean",
            .title = "the API of DigitalOcean",
            .base = base_url(zone, "https://api.digitalocean.com/v2"),
            .zone = normal_name(zone.zone),
            .key_hint = "make a personal access token with the scopes domain:read, create, update and delete",
            .zone_hint = "look at `zone` in the playbook, and whether the token is of the team that has it",
            .authenticate = secret_header("Authorization", "Bearer ", token)};
  }

  ProviderTraits traits_ = digitalocean_traits();
  std::string zone_;
  std::string path_;
  ApiClient api_;
};

}  // namespace

ProviderTraits digitalocean_traits() {
  return {.name = "digitalocean",
          .ttl_floor = 30,
          .whole_rrset = false,
          .null_mx = false,
          .txt_backslash = false,
          .txt_limit = 509,
          .types = digitalocean::known_types()};
}

Result<std::unique_ptr<DnsProvider>> make_digitalocean(const Zone& zone, ProviderTools tools,
                                                       const ZoneSecrets& secrets) {
  auto needed = need_secrets(zone, secrets, {"token"}, "a personal access token of DigitalOcean");
  if (!needed) return tl::unexpected(std::move(needed).error());
  return std::make_unique<DigitalOcean>(zone, std::move(tools), secrets);
}

}  // namespace mxodus::dns
