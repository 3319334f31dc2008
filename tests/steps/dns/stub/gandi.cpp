#include <nlohmann/json.hpp>

#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/codec.h"
#include "tests/steps/dns/stub/stub_api.h"

namespace mxodus {
namespace {

using dns::RRsetKey;
using nlohmann::json;

/// LiveDNS v5: RRsets with relative names; names in values without a final dot are relative too, and come
/// back as they were written.
class GandiProfile final : public StubProfile {
 public:
  Zone entry(const std::string& zone) const override {
    return {"main", "gandi", zone, {}, {{"url", "https://api.gandi.invalid/v5/livedns"}}};
  }
  bool lets_in(const StubRequest& request) const override {
    return request.header("authorization") == "Bearer " + secrets().at("token");
  }
  HttpAnswer fault(int status, const std::string& why) const override {
    if (status == 400)
      return json_answer(400,
                         {{"status", "error"},
                          {"errors", {{{"location", "body"}, {"name", "rrset"}, {"description", why}}}}});
    return json_answer(status, {{"cause", "Refused"}, {"code", status}, {"message", why}, {"object", "dns"}});
  }

  HttpAnswer answer(StubApi& api, const StubRequest& request) override {
    const auto parts = path_parts(request.path);
    if (parts.size() < 3 || parts[0] != "domains" || parts[1] != api.zone() || parts[2] != "records")
      return fault(404, "The resource could not be found.");
    if (parts.size() == 3 && request.method == "GET") return list(api, request);
    if (parts.size() != 5) return fault(404, "The resource could not be found.");
    const RRsetKey key{dns::absolute_name(parts[3], api.zone()), parts[4]};
    if (request.method == "PUT") return put(api, key, json_of(request));
    if (request.method != "DELETE") return fault(405, "Method not allowed");
    if (api.records_of(key).empty()) return fault(404, "Can't find the DNS record");
    api.remove(key);
    return {204, {}, ""};
  }

 private:
  static HttpAnswer list(const StubApi& api, const StubRequest& request) {
    const auto keys = api.keys();
    const auto page = api.page(std::stoul(request.asked("page", "1")),
                               std::stoul(request.asked("per_page", "100")), keys.size());
    json sets = json::array();
    for (std::size_t i = page.begin; i < page.end; ++i) {
      json values = json::array();
      for (const StubRecord& record : api.records_of(keys[i])) values.push_back(record.data);
      sets.push_back({{"rrset_name", dns::relative_name(keys[i].name, api.zone(), "@")},
                      {"rrset_type", keys[i].type},
                      {"rrset_ttl", api.records_of(keys[i]).front().ttl},
                      {"rrset_values", std::move(values)}});
    }
    HttpAnswer answer = json_answer(200, sets);
    answer.headers["total-count"] = std::to_string(keys.size());
    return answer;
  }

  HttpAnswer put(StubApi& api, const RRsetKey& key, const json& body) const {
    if (!body.is_object()) return fault(415, "Content-Type must be application/json");
    const std::uint32_t ttl = body.value("rrset_ttl", 10800u);
    if (ttl < 300 || ttl > 2592000) return fault(400, "rrset_ttl: must be between 300 and 2592000");
    if (!body.contains("rrset_values") || body["rrset_values"].empty())
      return fault(400, "rrset_values: required");
    for (const json& value : body["rrset_values"]) {
      // A name without its dot is taken, and means another.
      const std::string data = dns::with_absolute_target(key.type, value.get<std::string>(), api.zone());
      if (const std::string why = syntax_fault(key.type, data); !why.empty()) return fault(400, why);
    }
    api.remove(key);
    for (const json& value : body["rrset_values"])
      api.add({"", key.name, key.type, value.get<std::string>(), ttl});
    return json_answer(201, {{"message", "DNS Record Created"}});
  }
};

}  // namespace

std::unique_ptr<StubProfile> stub_gandi() {
  return std::make_unique<GandiProfile>();
}

}  // namespace mxodus
