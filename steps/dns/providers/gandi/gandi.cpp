#include "steps/dns/providers/gandi/gandi.h"

#include <nlohmann/json.hpp>

#include "orchestrator/dns/names.h"
#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/json.h"

namespace mxodus::dns {
namespace {

using nlohmann::json;

constexpr int kGandiPageSize = 500;
constexpr int kGandiPages = 200;

class Gandi final : public DnsProvider {
 public:
  Gandi(const Zone& zone, ProviderTools tools, const ZoneSecrets& secrets)
      : zone_(normal_name(zone.zone)),
        sharing_id_(option(zone, "sharing_id", "")),
        api_(access_to(zone, secrets.at("token")), std::move(tools), secrets) {}

  const ProviderTraits& traits() const override { return traits_; }

  Result<std::vector<StoredRRset>> list(const Deadline& deadline) override {
    std::vector<StoredRRset> zone;
    for (int page = 1; page <= kGandiPages; ++page) {
      HttpAnswer answer;
      auto sets =
          api_.get(path("", "page=" + std::to_string(page) + "&per_page=" + std::to_string(kGandiPageSize)),
                   deadline, answer);
      if (!sets) return tl::unexpected(std::move(sets).error());
      if (!sets->is_array()) return tl::unexpected(api_.unexpected("something that is no list of records"));
      for (const json& set : *sets) {
        auto read = rrset_of(set);
        if (!read) return tl::unexpected(std::move(read).error());
        zone.push_back(std::move(*read));
      }
      if (sets->empty() || answer.headers["total-count"] == std::to_string(zone.size())) return zone;
    }
    return tl::unexpected(api_.unexpected("a list of records without an end"));
  }

  Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) override {
    for (const RRsetChange& change : changes) {
      const StoredRRset& set = change.after;
      const std::string at =
          path("/" + url_encoded(relative_name(set.rrset.name, zone_, "@")) + "/" + set.rrset.type, "");
      auto answer = set.exists() ? api_.send("PUT", at, body_of(set).dump(), deadline)
                                 : api_.send("DELETE", at, "", deadline);
      if (!answer) return tl::unexpected(std::move(answer).error());
      const bool gone = !set.exists() && answer->status == 404;
      if (!gone && (answer->status < 200 || answer->status > 299))
        return tl::unexpected(api_.refusal(*answer, true));
    }
    return {};
  }

 private:
  std::string path(const std::string& below, const std::string& query) const {
    const std::string sharing = sharing_id_.empty() ? "" : "sharing_id=" + url_encoded(sharing_id_);
    const std::string both = query + (query.empty() || sharing.empty() ? "" : "&") + sharing;
    return "/domains/" + zone_ + "/records" + below + (both.empty() ? "" : "?" + both);
  }

  Result<StoredRRset> rrset_of(const json& set) const {
    const std::string name = text_at(set, "rrset_name");
    const auto ttl = number_at(set, "rrset_ttl");
    const json* values = list_at(set, "rrset_values");
    StoredRRset read{.rrset = {absolute_name(name, zone_), text_at(set, "rrset_type"), ttl.value_or(0)}};
    if (name.empty() || read.rrset.type.empty() || !ttl || !values)
      return tl::unexpected(api_.unexpected("an RRset without name, type, TTL or values"));
    for (const json& value : *values) {
      if (!value.is_string()) return tl::unexpected(api_.unexpected("a record that is no text"));
      read.rrset.data.push_back(with_absolute_target(read.rrset.type, value.get<std::string>(), zone_));
    }
    return read;
  }

  static json body_of(const StoredRRset& set) {
    json values = json::array();
    for (const std::string& data : set.rrset.data) values.push_back(data_to_send(set.rrset.type, data));
    return {{"rrset_ttl", set.rrset.ttl}, {"rrset_values", std::move(values)}};
  }

  static ApiAccess access_to(const Zone& zone, const SecretText& token) {
    return {
        .provider = "gandi",
        .title = "the API of Gandi",
        .base = base_url(zone, "https://api.gandi.net/v5/livedns"),
        .zone = normal_name(zone.zone),
        .key_hint = "make a personal access token that may manage the DNS of " + zone.zone +
                    " (API keys of before 2024 are no longer taken), and look when it expires",
        .zone_hint = "look at `zone` in the playbook, whether the domain uses LiveDNS, and at `sharing_id`",
        .authenticate = secret_header("Authorization", "Bearer ", token)};
  }

  ProviderTraits traits_ = gandi_traits();
  std::string zone_;
  std::string sharing_id_;
  ApiClient api_;
};

}  // namespace

ProviderTraits gandi_traits() {
  return {.name = "gandi", .ttl_floor = 300, .ttl_ceiling = 2592000};
}

Result<std::unique_ptr<DnsProvider>> make_gandi(const Zone& zone, ProviderTools tools,
                                                const ZoneSecrets& secrets) {
  auto needed = need_secrets(zone, secrets, {"token"}, "a personal access token of Gandi");
  if (!needed) return tl::unexpected(std::move(needed).error());
  return std::make_unique<Gandi>(zone, std::move(tools), secrets);
}

}  // namespace mxodus::dns
