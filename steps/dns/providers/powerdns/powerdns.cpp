#include "steps/dns/providers/powerdns/powerdns.h"

#include <nlohmann/json.hpp>

#include "orchestrator/dns/names.h"
#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/json.h"

namespace mxodus::dns {
namespace {

using nlohmann::json;

constexpr std::size_t kZoneLimit = 32u << 20;  // bytes of a whole zone as JSON

class PowerDns final : public DnsProvider {
 public:
  PowerDns(const Zone& zone, ProviderTools tools, const ZoneSecrets& secrets)
      : zone_(normal_name(zone.zone)),
        path_("/api/v1/servers/" + url_encoded(option(zone, "server_id", "localhost")) + "/zones/" + zone_ +
              "."),
        api_(access_to(zone, secrets.at("token")), std::move(tools), secrets) {}

  const ProviderTraits& traits() const override { return traits_; }

  // read() takes the whole zone too: the filter of the API lets other sets through (pdns issue 14539).
  Result<std::vector<StoredRRset>> list(const Deadline& deadline) override {
    auto zone = api_.get(path_, deadline);
    if (!zone) return tl::unexpected(std::move(zone).error());
    const json* answered = list_at(*zone, "rrsets");
    if (!answered) return tl::unexpected(api_.unexpected("something that is no zone"));
    std::vector<StoredRRset> sets;
    for (const json& set : *answered) {
      StoredRRset stored{.rrset = {normal_name(text_at(set, "name")), text_at(set, "type")}};
      if (stored.rrset.name.empty() || stored.rrset.type.empty())
        return tl::unexpected(api_.unexpected("a set without a name or a type"));
      read_set(set, stored);
      sets.push_back(std::move(stored));
    }
    return sets;
  }

  Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) override {
    json rrsets = json::array();
    for (const RRsetChange& change : changes) rrsets.push_back(change_of(change.after));
    auto answer = api_.call("PATCH", path_, json{{"rrsets", std::move(rrsets)}}.dump(), deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    return {};
  }

 private:
  static void read_set(const json& set, StoredRRset& found) {
    found.rrset.ttl = number_at(set, "ttl").value_or(0);
    const json* comments = list_at(set, "comments");
    if (comments && !comments->empty()) found.comments = value_from_json(*comments);
    const json* records = list_at(set, "records");
    for (const json& record : records ? *records : json::array())
      (flag_at(record, "disabled") ? found.disabled : found.rrset.data).push_back(text_at(record, "content"));
  }

  static json change_of(const StoredRRset& set) {
    json change = {{"name", set.rrset.name + "."}, {"type", set.rrset.type}};
    if (!set.exists()) {
      change["changetype"] = "DELETE";
      return change;
    }
    change["changetype"] = "REPLACE";
    change["ttl"] = set.rrset.ttl;
    change["records"] = json::array();
    for (const std::string& data : set.rrset.data)
      change["records"].push_back({{"content", data}, {"disabled", false}});
    for (const std::string& data : set.disabled)
      change["records"].push_back({{"content", data}, {"disabled", true}});
    if (!set.comments.is_null()) change["comments"] = to_json(set.comments);
    return change;
  }

  static ApiAccess access_to(const Zone& zone, const SecretText& key) {
    const std::string base = base_url(zone, "");
    return {.provider = "powerdns",
            .title = "the PowerDNS API at " + base,
            .base = base,
            .zone = normal_name(zone.zone),
            .key_hint = "compare the token of the zone " + normal_name(zone.zone) +
                        " in the playbook with api-key in pdns.conf",
            .zone_hint = "look at `zone` and `server_id` in the playbook",
            .trouble_hint = "see what pdns logged there",
            .authenticate = secret_header("X-API-Key", "", key),
            .answer_limit = kZoneLimit};
  }

  ProviderTraits traits_ = powerdns_traits();
  std::string zone_;
  std::string path_;
  ApiClient api_;
};

}  // namespace

ProviderTraits powerdns_traits() {
  return {.name = "powerdns", .batch = true, .disabled_records = true};
}

Result<std::unique_ptr<DnsProvider>> make_powerdns(const Zone& zone, ProviderTools tools,
                                                   const ZoneSecrets& secrets) {
  if (!zone.options.contains("url"))
    return fail(ErrorKind::invalid, "powerdns.url",
                "the DNS zone " + zone.name + " does not say where its PowerDNS is",
                "add `url: http://192.0.2.54:8081` to it");
  if (auto needed = need_secrets(zone, secrets, {"token"}, "it is api-key in pdns.conf"); !needed)
    return tl::unexpected(std::move(needed).error());
  return std::make_unique<PowerDns>(zone, std::move(tools), secrets);
}

}  // namespace mxodus::dns
