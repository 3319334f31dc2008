#include "steps/dns/providers/powerdns/powerdns.h"

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"

namespace mxodus::dns {
namespace {

using nlohmann::json;

constexpr std::size_t kZoneLimit = 32u << 20;  // bytes of a whole zone as JSON
constexpr std::chrono::seconds kCall{30};

std::string option(const Zone& zone, const std::string& name, const std::string& fallback) {
  const auto found = zone.options.find(name);
  return found == zone.options.end() ? fallback : to_string(found->second);
}

/// PowerDNS answers 422 with JSON and everything else as plain text.
std::string said(const HttpAnswer& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  if (body.is_object() && body.contains("error") && body["error"].is_string())
    return printable_line(body["error"].get<std::string>(), 300);
  const std::string text = printable_line(trim(answer.body), 300);
  return text.empty() ? "nothing" : text;
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

class PowerDns final : public DnsProvider {
 public:
  PowerDns(const Zone& zone, HttpClient& http, SecretText token)
      : zone_(normal_name(zone.zone)), http_(http), token_(std::move(token)) {
    base_ = option(zone, "url", "");
    while (base_.ends_with('/')) base_.pop_back();
    url_ = base_ + "/api/v1/servers/" + option(zone, "server_id", "localhost") + "/zones/" + zone_ + ".";
  }

  const ProviderTraits& traits() const override { return traits_; }

  Result<std::vector<StoredRRset>> read(const std::vector<RRsetKey>& keys,
                                        const Deadline& deadline) override {
    // The whole zone: the filter of the API lets other sets through (pdns issue 14539).
    auto answer = call("GET", "", deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    const json zone = json::parse(answer->body, nullptr, false);
    if (!zone.is_object() || !zone.contains("rrsets") || !zone["rrsets"].is_array())
      return fail(ErrorKind::no_answer, "powerdns.answer",
                  base_ + " answered something that is no zone: is this the API of PowerDNS?");
    std::vector<StoredRRset> found;
    for (const RRsetKey& key : keys) {
      StoredRRset empty{.rrset = {key.name, key.type}};
      for (const json& set : zone["rrsets"])
        if (normal_name(text_at(set, "name")) == key.name && text_at(set, "type") == key.type)
          read_set(set, empty);
      found.push_back(std::move(empty));
    }
    return found;
  }

  Result<void> write(const std::vector<StoredRRset>& sets, const Deadline& deadline) override {
    json rrsets = json::array();
    for (const StoredRRset& set : sets) rrsets.push_back(change_of(set));
    auto answer = call("PATCH", json{{"rrsets", std::move(rrsets)}}.dump(), deadline);
    if (!answer) return tl::unexpected(std::move(answer).error());
    return {};
  }

 private:
  static void read_set(const json& set, StoredRRset& found) {
    found.rrset.ttl = set.value("ttl", json(0)).is_number_unsigned() ? set["ttl"].get<std::uint32_t>() : 0;
    if (set.contains("comments") && set["comments"].is_array() && !set["comments"].empty())
      found.comments = value_from_json(set["comments"]);
    if (!set.contains("records") || !set["records"].is_array()) return;
    for (const json& record : set["records"]) {
      const auto disabled = record.find("disabled");
      const bool off = disabled != record.end() && disabled->is_boolean() && disabled->get<bool>();
      (off ? found.disabled : found.rrset.data).push_back(text_at(record, "content"));
    }
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

  Result<HttpAnswer> call(const std::string& method, const std::string& body, const Deadline& deadline) {
    HttpRequest request;
    request.method = method;
    request.url = url_;
    request.body = body;
    request.answer_limit = kZoneLimit;
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.secret_headers.emplace_back("X-API-Key", token_.copy());
    auto answer = http_.send(request, deadline.at_most(kCall));
    if (!answer || (answer->status >= 200 && answer->status < 300)) return answer;
    return tl::unexpected(refusal(*answer, method != "GET"));
  }

  Error refusal(const HttpAnswer& answer, bool writing) const {
    const std::string whose = "the PowerDNS API at " + base_;
    switch (answer.status) {
      case 401:
      case 403:
        return {ErrorKind::refused, "powerdns.key",
                whose + " refuses our key: compare the token of the zone " + zone_ +
                    " in the playbook with api-key in pdns.conf"};
      case 404:
        return {ErrorKind::not_found, "powerdns.zone",
                whose + " has no zone " + zone_ + ": look at `zone` and `server_id` in the playbook"};
      case 400:
      case 405:
      case 409:
      case 422:
        return {
            ErrorKind::refused, "powerdns.refused",
            whose + " refuses the change of " + zone_ + ", nothing was written; it said: " + said(answer)};
      default:
        return {ErrorKind::no_answer, "powerdns.failed",
                whose + " failed with status " + std::to_string(answer.status) +
                    ", it said: " + said(answer) + "; see what pdns logged there" +
                    (writing ? ", and read the zone again to know what is in it" : "")};
    }
  }

  ProviderTraits traits_ = powerdns_traits();
  std::string zone_;
  std::string base_;
  std::string url_;
  HttpClient& http_;
  SecretText token_;
};

}  // namespace

ProviderTraits powerdns_traits() {
  return {.name = "powerdns", .batch = true};
}

Result<std::unique_ptr<DnsProvider>> make_powerdns(const Zone& zone, HttpClient& http, SecretText token) {
  if (!zone.options.contains("url"))
    return fail(ErrorKind::invalid, "powerdns.url",
                "the DNS zone " + zone.name + " does not say where its PowerDNS is",
                "add `url: http://192.0.2.54:8081` to it");
  return std::unique_ptr<DnsProvider>(std::make_unique<PowerDns>(zone, http, std::move(token)));
}

}  // namespace mxodus::dns
