#include <nlohmann/json.hpp>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/codec.h"
#include "tests/steps/dns/stub/stub_api.h"

namespace mxodus {
namespace {

using dns::RRsetKey;
using nlohmann::json;

constexpr std::uint32_t kFloor = 3600;

/// API v1: bulk requests are atomic, names end in a dot, pages come by cursor and Link header.
class DesecProfile final : public StubProfile {
 public:
  Zone entry(const std::string& zone) const override {
    return {"main", "desec", zone, {}, {{"url", "https://desec.invalid/api/v1"}}};
  }
  bool lets_in(const StubRequest& request) const override {
    return request.header("authorization") == "Token " + secrets().at("token");
  }
  HttpAnswer fault(int status, const std::string& why) const override {
    if (status == 400) return json_answer(400, {{"non_field_errors", {why}}});
    return json_answer(status, {{"detail", why}});
  }

  HttpAnswer answer(StubApi& api, const StubRequest& request) override {
    const std::string domain = "/domains/" + api.zone() + "/";
    if (request.path == domain && request.method == "GET")
      return json_answer(200, {{"name", api.zone()}, {"minimum_ttl", kFloor}});
    // Without its final slash a path is another.
    if (request.path != domain + "rrsets/") return fault(404, "Not found.");
    if (request.method == "GET") return list(api, request);
    if (request.method != "PUT") return fault(405, "Method not allowed.");
    const json sets = json_of(request);
    if (!sets.is_array()) return fault(415, "Unsupported media type in request.");
    json errors = json::array();
    bool good = true;
    for (const json& set : sets) {
      errors.push_back(faults_of(set));
      good = good && errors.back().empty();
    }
    if (!good) return json_answer(400, errors);
    for (const json& set : sets) take(api, set);
    return json_answer(200, sets);
  }

 private:
  HttpAnswer list(const StubApi& api, const StubRequest& request) const {
    const auto keys = api.keys();
    if (!request.query.contains("cursor") && keys.size() > 500) return fault(400, "Pagination required.");
    const std::size_t number = std::stoul("0" + request.asked("cursor")) + 1;
    const auto page = api.page(number, 500, keys.size());
    json sets = json::array();
    for (std::size_t i = page.begin; i < page.end; ++i) {
      json records = json::array();
      for (const StubRecord& record : api.records_of(keys[i])) records.push_back(record.data);
      sets.push_back({{"domain", api.zone()},
                      {"subname", dns::relative_name(keys[i].name, api.zone(), "")},
                      {"name", keys[i].name + "."},
                      {"type", keys[i].type},
                      {"ttl", api.records_of(keys[i]).front().ttl},
                      {"records", std::move(records)}});
    }
    HttpAnswer answer = json_answer(200, sets);
    answer.headers["link"] = "<" + request.url + ">; rel=\"first\"";
    if (page.end < keys.size())
      answer.headers["link"] +=
          ", <https://desec.invalid/api/v1?cursor=" + std::to_string(number) + ">; rel=\"next\"";
    return answer;
  }

  static json faults_of(const json& set) {
    const std::string subname = set.value("subname", "@");
    const std::string type = set.value("type", "");
    if (subname == "@" || subname != normal_name(subname)) return {{"subname", {"Subname is invalid."}}};
    if (!set.contains("ttl") || !set["ttl"].is_number_unsigned())
      return {{"ttl", {"This field is required."}}};
    if (set["ttl"] < kFloor) return {{"ttl", {"Ensure this value is greater than or equal to 3600."}}};
    if (set["ttl"] > 86400u) return {{"ttl", {"Ensure this value is less than or equal to 86400."}}};
    for (const json& record : set.value("records", json::array())) {
      const std::string data = record.get<std::string>();
      if (dns::ends_in_name(type) && !data.ends_with('.'))
        return {{"records", {"Hostname must be fully-qualified."}}};
      if (const std::string why = syntax_fault(type, data); !why.empty()) return {{"records", {why}}};
    }
    return json::object();
  }

  static void take(StubApi& api, const json& set) {
    const RRsetKey key{dns::absolute_name(set["subname"], api.zone()), set["type"]};
    api.remove(key);
    for (const json& record : set["records"])
      api.add({"", key.name, key.type, record.get<std::string>(), set["ttl"].get<std::uint32_t>()});
  }
};

}  // namespace

std::unique_ptr<StubProfile> stub_desec() {
  return std::make_unique<DesecProfile>();
}

}  // namespace mxodus
