#include <nlohmann/json.hpp>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/codec.h"
#include "tests/steps/dns/stub/stub_api.h"

namespace mxodus {
namespace {

using dns::RRsetKey;
using nlohmann::json;

constexpr std::uint32_t kZoneTtl = 3600;

/// Cloud API v1: RRsets with relative names; every write begins an action, which is done when it is looked at
/// the second time. The TTL of an RRset may be that of the zone: null.
class HetznerProfile final : public StubProfile {
 public:
  Zone entry(const std::string& zone) const override {
    return {"main", "hetzner", zone, {}, {{"url", "https://api.hetzner.invalid/v1"}}};
  }
  std::map<std::string, std::string> secrets() const override {
    return {{"token", "s3same-0pen-t0ken-of-the-cl0ud-s3same-0pen-t0ken-of-the-cl0ud-64"}};
  }
  bool lets_in(const StubRequest& request) const override {
    return request.header("authorization") == "Bearer " + secrets().at("token");
  }
  HttpAnswer fault(int status, const std::string& why) const override {
    static const std::map<int, std::string> codes = {
        {401, "unauthorized"}, {404, "not_found"}, {409, "uniqueness_error"}, {429, "rate_limit_exceeded"}};
    const auto code = codes.find(status);
    return json_answer(status, {{"error",
                                 {{"code", code == codes.end() ? "invalid_input" : code->second},
                                  {"message", why},
                                  {"details", json::object()}}}});
  }

  HttpAnswer answer(StubApi& api, const StubRequest& request) override {
    const auto parts = path_parts(request.path);
    if (parts.size() == 2 && parts[0] == "actions") return action(200, parts[1], ++looks_ % 2 == 0);
    if (parts.size() < 2 || parts[0] != "zones" || parts[1] != api.zone())
      return fault(404, "zone not found");
    if (parts.size() == 2)
      return json_answer(
          200, {{"zone", {{"id", 42}, {"name", api.zone()}, {"mode", "primary"}, {"ttl", kZoneTtl}}}});
    if (parts[2] != "rrsets") return fault(404, "not found");
    if (parts.size() == 3 && request.method == "GET") return list(api, request);
    const json body = json_of(request);
    if (parts.size() == 3) return create(api, body);
    if (parts.size() < 5) return fault(404, "not found");
    const RRsetKey key{dns::absolute_name(parts[3], api.zone()), parts[4]};
    if (api.records_of(key).empty()) return fault(404, "RRset not found");
    if (request.method == "DELETE") {
      api.remove(key);
      return action(201, "7", false);
    }
    if (parts.size() != 7 || parts[5] != "actions" || request.method != "POST")
      return fault(404, "not found");
    return parts[6] == "set_records" ? set_records(api, key, body) : change_ttl(api, key, body);
  }

 private:
  static HttpAnswer action(int status, const std::string& id, bool done) {
    return json_answer(status, {{"action",
                                 {{"id", std::stoi(id)},
                                  {"status", done ? "success" : "running"},
                                  {"progress", done ? 100 : 50},
                                  {"error", nullptr}}}});
  }

  static HttpAnswer list(const StubApi& api, const StubRequest& request) {
    const auto keys = api.keys();
    const std::size_t number = std::stoul(request.asked("page", "1"));
    const auto page = api.page(number, std::stoul(request.asked("per_page", "25")), keys.size());
    json sets = json::array();
    for (std::size_t i = page.begin; i < page.end; ++i) {
      const auto held = api.records_of(keys[i]);
      json records = json::array();
      for (const StubRecord& record : held)
        records.push_back({{"value", record.data}, {"comment", record.odd ? "ask Anna" : ""}});
      const std::string name = dns::relative_name(keys[i].name, api.zone(), "@");
      sets.push_back({{"id", name + "/" + keys[i].type},
                      {"name", name},
                      {"type", keys[i].type},
                      {"ttl", held.front().ttl == 0 ? json(nullptr) : json(held.front().ttl)},
                      {"protection", {{"change", held.front().disabled}}},
                      {"records", std::move(records)}});
    }
    const json next = number < page.count ? json(number + 1) : json(nullptr);
    return json_answer(200, {{"rrsets", std::move(sets)},
                             {"meta", {{"pagination", {{"page", number}, {"next_page", next}}}}}});
  }

  static std::string records_fault(const std::string& type, const json& body) {
    if (!body.is_object() || !body.contains("records") || body["records"].empty())
      return "records are required";
    for (const json& record : body["records"])
      if (std::string why = syntax_fault(type, record.value("value", "")); !why.empty()) return why;
    return "";
  }

  static std::string ttl_fault(const json& body) {
    if (!body.contains("ttl")) return "ttl is required";
    return body["ttl"].is_null() || body["ttl"] >= 60u ? "" : "ttl is too low, must be 60 or more";
  }

  static std::uint32_t ttl_of(const json& body) {
    return body["ttl"].is_null() ? 0 : body["ttl"].get<std::uint32_t>();  // 0: that of the zone
  }

  static void put(StubApi& api, const RRsetKey& key, std::uint32_t ttl, const json& body) {
    api.remove(key);
    for (const json& record : body["records"]) {
      const std::string data = dns::with_absolute_target(key.type, record.value("value", ""), api.zone());
      api.add({"", key.name, key.type, data, ttl, false, !record.value("comment", "").empty()});
    }
  }

  HttpAnswer create(StubApi& api, const json& body) const {
    const std::string name = body.is_object() ? body.value("name", "") : "";
    if (name.empty() || name.ends_with('.') || name != normal_name(name) || is_within(name, api.zone()))
      return fault(422, "invalid input in field 'name'");
    const RRsetKey key{dns::absolute_name(name, api.zone()), body.value("type", "")};
    if (!api.records_of(key).empty()) return fault(409, "RRset already exists");
    if (const std::string why = records_fault(key.type, body); !why.empty()) return fault(422, why);
    if (const std::string why = ttl_fault(body); !why.empty()) return fault(422, why);
    put(api, key, ttl_of(body), body);
    return action(201, "7", false);
  }

  HttpAnswer set_records(StubApi& api, const RRsetKey& key, const json& body) const {
    if (const std::string why = records_fault(key.type, body); !why.empty()) return fault(422, why);
    put(api, key, api.records_of(key).front().ttl, body);
    return action(201, "7", false);
  }

  HttpAnswer change_ttl(StubApi& api, const RRsetKey& key, const json& body) const {
    if (const std::string why = ttl_fault(body); !why.empty()) return fault(422, why);
    for (StubRecord& record : api.records())
      if (record.name == key.name && record.type == key.type) record.ttl = ttl_of(body);
    return action(201, "7", false);
  }

  int looks_ = 0;
};

}  // namespace

std::unique_ptr<StubProfile> stub_hetzner() {
  return std::make_unique<HetznerProfile>();
}

}  // namespace mxodus
