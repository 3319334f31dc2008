#include "steps/dns/providers/hetzner/hetzner.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/api_client.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/json.h"

namespace mxodus::dns {
namespace {

using nlohmann::json;

constexpr int kHetznerPageSize = 100;
constexpr int kHetznerPages = 200;
constexpr int kActionLooks = 60;  // a second apart
constexpr std::size_t kConsoleToken = 32;

/// "conflict": the zone was being changed; "locked": it is. Both are over soon.
bool says_later(const HttpAnswer& answer) {
  if (answer.status != 409 && answer.status != 423) return false;
  const auto body = parse_json(answer.body);
  const json* error = body ? object_at(*body, "error") : nullptr;
  const std::string code = error ? text_at(*error, "code") : "";
  return code == "conflict" || code == "locked";
}

class Hetzner final : public DnsProvider {
 public:
  Hetzner(const Zone& zone, ProviderTools tools, const ZoneSecrets& secrets)
      : zone_(normal_name(zone.zone)),
        path_("/zones/" + zone_),
        api_(access_to(zone, secrets.at("token")), std::move(tools), secrets) {}

  const ProviderTraits& traits() const override { return traits_; }

  Result<std::vector<StoredRRset>> list(const Deadline& deadline) override {
    if (auto learnt = learn_zone(deadline); !learnt) return tl::unexpected(std::move(learnt).error());
    std::vector<StoredRRset> zone;
    std::uint32_t page = 1;
    for (int turn = 0; turn < kHetznerPages; ++turn) {
      auto body = api_.get(
          path_ + "/rrsets?page=" + std::to_string(page) + "&per_page=" + std::to_string(kHetznerPageSize),
          deadline);
      if (!body) return tl::unexpected(std::move(body).error());
      const json* sets = list_at(*body, "rrsets");
      const json* meta = object_at(*body, "meta");
      const json* pagination = meta ? object_at(*meta, "pagination") : nullptr;
      if (!sets || !pagination)
        return tl::unexpected(api_.unexpected("something that is no list of records"));
      for (const json& set : *sets) {
        auto read = rrset_of(set);
        if (!read) return tl::unexpected(std::move(read).error());
        zone.push_back(std::move(*read));
      }
      page = number_at(*pagination, "next_page").value_or(0);
      if (page == 0) return zone;
    }
    return tl::unexpected(api_.unexpected("a list of records without an end"));
  }

  Result<void> write(const std::vector<RRsetChange>& changes, const Deadline& deadline) override {
    for (const RRsetChange& change : changes) {
      if (protected_.contains(change.after.key()))
        return fail(ErrorKind::refused, "hetzner.protected",
                    change.after.rrset.type + " of " + change.after.rrset.name +
                        " is protected against changes at Hetzner; take the protection off there");
      if (auto written = write_one(change, deadline); !written) return written;
    }
    return {};
  }

 private:
  Result<void> learn_zone(const Deadline& deadline) {
    if (default_ttl_ > 0) return {};
    auto body = api_.get(path_, deadline);
    if (!body) return tl::unexpected(std::move(body).error());
    const json* zone = object_at(*body, "zone");
    const auto ttl = zone ? number_at(*zone, "ttl") : std::nullopt;
    if (!ttl || *ttl == 0) return tl::unexpected(api_.unexpected("a zone without its TTL"));
    if (text_at(*zone, "mode") == "secondary")
      return fail(ErrorKind::refused, "hetzner.secondary",
                  "the zone " + zone_ + " at Hetzner is a secondary: change it at its primary");
    default_ttl_ = *ttl;
    return {};
  }

  Result<StoredRRset> rrset_of(const json& set) {
    const std::string name = text_at(set, "name");
    const json* records = list_at(set, "records");
    const auto ttl = number_at(set, "ttl");
    StoredRRset read{.rrset = {absolute_name(name, zone_), text_at(set, "type"), ttl.value_or(default_ttl_)}};
    if (name.empty() || read.rrset.type.empty() || !records)
      return tl::unexpected(api_.unexpected("an RRset without name, type or records"));
    ValueMap kept;
    if (!ttl) kept["ttl"] = "of the zone";
    for (const json& record : *records) {
      const std::string value = text_at(record, "value");
      if (value.empty()) return tl::unexpected(api_.unexpected("a record without value"));
      read.rrset.data.push_back(with_absolute_target(read.rrset.type, value, zone_));
      if (const std::string comment = text_at(record, "comment"); !comment.empty())
        kept["comment of " + data_to_send(read.rrset.type, read.rrset.data.back())] = comment;
    }
    if (!kept.empty()) read.comments = std::move(kept);
    const json* protection = object_at(set, "protection");
    if (protection && flag_at(*protection, "change")) protected_.insert(read.key());
    return read;
  }

  /// Records and TTL of an RRset that is there are changed by two calls.
  Result<void> write_one(const RRsetChange& change, const Deadline& deadline) {
    const StoredRRset& after = change.after;
    const std::string name = relative_name(after.rrset.name, zone_, "@");
    const std::string at = path_ + "/rrsets/" + url_encoded(name) + "/" + after.rrset.type;
    if (!after.exists()) return change.before.exists() ? act("DELETE", at, {}, deadline) : Result<void>();
    if (!change.before.exists())
      return act("POST", path_ + "/rrsets",
                 {{"name", name},
                  {"type", after.rrset.type},
                  {"ttl", ttl_json(after)},
                  {"records", records_json(after)}},
                 deadline);
    const bool other_data = !same_data(after.rrset.type, change.before.rrset.data, after.rrset.data);
    if (other_data) {
      auto set = act("POST", at + "/actions/set_records", {{"records", records_json(after)}}, deadline);
      if (!set) return set;
    }
    if (change.before.rrset.ttl == after.rrset.ttl) return {};
    auto done = act("POST", at + "/actions/change_ttl", {{"ttl", ttl_json(after)}}, deadline);
    if (done || !other_data) return done;
    return tl::unexpected(partly_written(std::move(done).error()));
  }

  json ttl_json(const StoredRRset& set) const {
    const bool of_zone = set.comments.find("ttl") && set.rrset.ttl == default_ttl_;
    return of_zone ? json(nullptr) : json(set.rrset.ttl);
  }

  static json records_json(const StoredRRset& set) {
    json records = json::array();
    for (const std::string& data : set.rrset.data) {
      json record = {{"value", data_to_send(set.rrset.type, data)}};
      const Value* comment = set.comments.find("comment of " + record["value"].get<std::string>());
      if (comment) record["comment"] = to_string(*comment);
      records.push_back(std::move(record));
    }
    return records;
  }

  /// Calls, and waits for the action that the call has begun.
  Result<void> act(const std::string& method, const std::string& path, const json& body,
                   const Deadline& deadline) {
    auto answer = api_.call(method, path, body.empty() ? "" : body.dump(), deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    auto begun = parse_json(answer->body);
    for (int look = 0; look < kActionLooks; ++look) {
      const json* action = begun ? object_at(*begun, "action") : nullptr;
      const std::string id = action ? id_at(*action, "id") : "";
      const std::string status = action ? text_at(*action, "status") : "";
      if (id.empty() || status.empty()) return tl::unexpected(api_.unexpected("no action"));
      if (status == "success") return {};
      if (status == "error")
        return fail(ErrorKind::no_answer, "hetzner.action",
                    api_.access().title + " took the change of " + zone_ +
                        " and could not carry it out: " + said_in(action->value("error", json()).dump()));
      api_.tools().pause(std::chrono::seconds(1), deadline);
      if (deadline.passed()) break;
      auto next = api_.get("/actions/" + id, deadline);
      if (!next) return tl::unexpected(partly_written(std::move(next).error()));
      begun = std::move(*next);
    }
    return fail(ErrorKind::no_answer, "hetzner.action",
                api_.access().title + " took the change of " + zone_ + " and is still carrying it out");
  }

  static ApiAccess access_to(const Zone& zone, const SecretText& token) {
    return {.provider = "hetzner",
            .title = "the Cloud API of Hetzner",
            .base = base_url(zone, "https://api.hetzner.cloud/v1"),
            .zone = normal_name(zone.zone),
            .key_hint = "make an API token with the right to write, in the project that has " + zone.zone,
            .zone_hint =
                "look at `zone` in the playbook, whether the token is of its project, and whether it "
                "was moved from the old DNS Console to the Cloud",
            .authenticate = secret_header("Authorization", "Bearer ", token),
            .throttled = says_later};
  }

  ProviderTraits traits_ = hetzner_traits();
  std::string zone_;
  std::string path_;
  std::uint32_t default_ttl_ = 0;
  std::set<RRsetKey> protected_;
  ApiClient api_;
};

Result<void> no_console(const Zone& zone, const SecretText& token) {
  const bool old_host = base_url(zone, "").find("dns.hetzner.com") != std::string::npos;
  if (!old_host && token.reveal().size() != kConsoleToken) return {};
  return fail(ErrorKind::invalid, "hetzner.console",
              "the DNS zone " + zone.name + (old_host ? " names the API" : " has a token") +
                  " of Hetzner's old DNS Console, which is shut down",
              "move the zone to Hetzner Cloud in its web console, make an API token of 64 characters in the "
              "project there, and leave out `url`");
}

}  // namespace

ProviderTraits hetzner_traits() {
  return {.name = "hetzner",
          .ttl_floor = 60,
          .ttl_ceiling = 2147483647,
          .whole_rrset = false,
          .asynchronous = true};
}

Result<std::unique_ptr<DnsProvider>> make_hetzner(const Zone& zone, ProviderTools tools,
                                                  const ZoneSecrets& secrets) {
  auto needed = need_secrets(zone, secrets, {"token"}, "an API token of the project in Hetzner Cloud");
  if (!needed) return tl::unexpected(std::move(needed).error());
  if (auto cloud = no_console(zone, secrets.at("token")); !cloud)
    return tl::unexpected(std::move(cloud).error());
  return std::make_unique<Hetzner>(zone, std::move(tools), secrets);
}

}  // namespace mxodus::dns
