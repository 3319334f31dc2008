#include "steps/dns/providers/desec/desec.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/json.h"

namespace mxodus::dns {
namespace {

using nlohmann::json;

constexpr int kDesecPages = 200;

/// The cursor of the next page in a Link header (RFC 8288); empty on the last page. The link itself is not
/// followed: it may lead anywhere.
std::string next_cursor(const std::string& link) {
  for (const std::string& one : split(link, ',')) {
    if (one.find("rel=\"next\"") == std::string::npos) continue;
    const std::size_t begin = one.find("cursor=");
    if (begin == std::string::npos) return "";
    const std::size_t end = one.find_first_of("&>", begin);
    return one.substr(begin + 7, end - begin - 7);
  }
  return "";
}

class Desec final : public DnsProvider {
 public:
  Desec(const Zone& zone, ProviderTools tools, const ZoneSecrets& secrets)
      : zone_(normal_name(zone.zone)),
        path_("/domains/" + zone_ + "/"),
        api_(access_to(zone, secrets.at("token")), std::move(tools), secrets) {}

  const ProviderTraits& traits() const override { return traits_; }

  Result<std::vector<StoredRRset>> list(const Deadline& deadline) override {
    if (auto learnt = learn_floor(deadline); !learnt) return tl::unexpected(std::move(learnt).error());
    std::vector<StoredRRset> zone;
    std::string cursor;
    for (int page = 0; page < kDesecPages; ++page) {
      HttpAnswer answer;
      auto sets = api_.get(path_ + "rrsets/?cursor=" + cursor, deadline, answer);
      if (!sets) return tl::unexpected(std::move(sets).error());
      if (!sets->is_array()) return tl::unexpected(api_.unexpected("something that is no list of records"));
      for (const json& set : *sets) {
        auto read = rrset_of(set);
        if (!read) return tl::unexpected(std::move(read).error());
        zone.push_back(std::move(*read));
      }
      cursor = next_cursor(answer.headers["link"]);
      if (cursor.empty()) return zone;
    }
    return tl::unexpected(api_.unexpected("a list of records without an end"));
  }

  Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) override {
    json sets = json::array();
    for (const RRsetChange& change : changes) {
      const StoredRRset& after = change.after;
      json records = json::array();
      for (const std::string& data : after.rrset.data)
        records.push_back(data_to_send(after.rrset.type, data));
      // An RRset without records is removed, but has to have an allowed TTL all the same.
      const std::uint32_t ttl =
          after.exists() ? after.rrset.ttl : std::max(change.before.rrset.ttl, traits_.ttl_floor);
      sets.push_back({{"subname", relative_name(after.rrset.name, zone_, "")},
                      {"type", after.rrset.type},
                      {"ttl", ttl},
                      {"records", std::move(records)}});
    }
    auto answer = api_.call("PUT", path_ + "rrsets/", sets.dump(), deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    return {};
  }

 private:
  Result<void> learn_floor(const Deadline& deadline) {
    if (learnt_) return {};
    auto domain = api_.get(path_, deadline);
    if (!domain) return tl::unexpected(std::move(domain).error());
    const auto floor = number_at(*domain, "minimum_ttl");
    if (!floor) return tl::unexpected(api_.unexpected("a domain without its shortest TTL"));
    traits_.ttl_floor = *floor;
    learnt_ = true;
    return {};
  }

  Result<StoredRRset> rrset_of(const json& set) const {
    const auto ttl = number_at(set, "ttl");
    const json* records = list_at(set, "records");
    StoredRRset read{.rrset = {normal_name(text_at(set, "name")), text_at(set, "type"), ttl.value_or(0)}};
    if (read.rrset.name.empty() || read.rrset.type.empty() || !ttl || !records)
      return tl::unexpected(api_.unexpected("an RRset without name, type, TTL or records"));
    for (const json& record : *records) {
      if (!record.is_string()) return tl::unexpected(api_.unexpected("a record that is no text"));
      read.rrset.data.push_back(record.get<std::string>());
    }
    return read;
  }

  static ApiAccess access_to(const Zone& zone, const SecretText& token) {
    return {.provider = "desec",
            .title = "the API of deSEC",
            .base = base_url(zone, "https://desec.io/api/v1"),
            .zone = normal_name(zone.zone),
            .key_hint = "make a token that may write the records of " + zone.zone +
                        ", and look whether it has expired or is bound to other addresses",
            .zone_hint = "look at `zone` in the playbook, and whether the token belongs to its account",
            .authenticate = secret_header("Authorization", "Token ", token)};
  }

  ProviderTraits traits_ = desec_traits();
  std::string zone_;
  std::string path_;
  bool learnt_ = false;
  ApiClient api_;
};

}  // namespace

ProviderTraits desec_traits() {
  return {.name = "desec", .ttl_floor = 3600, .ttl_ceiling = 86400, .batch = true, .asynchronous = true};
}

Result<std::unique_ptr<DnsProvider>> make_desec(const Zone& zone, ProviderTools tools,
                                                const ZoneSecrets& secrets) {
  auto needed = need_secrets(zone, secrets, {"token"}, "a token of deSEC");
  if (!needed) return tl::unexpected(std::move(needed).error());
  return std::make_unique<Desec>(zone, std::move(tools), secrets);
}

}  // namespace mxodus::dns
