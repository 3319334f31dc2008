#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/codec.h"
#include "tests/steps/dns/stub/stub_api.h"

namespace mxodus {
namespace {

using dns::RRsetKey;
using nlohmann::json;

/// Domains and DNS v2beta1: one PATCH with several changes, all or none; the priority of an MX stands in a
/// field of its own and, when it is read, in the data too.
class ScalewayProfile final : public StubProfile {
 public:
  Zone entry(const std::string& zone) const override {
    return {"main", "scaleway", zone, {}, {{"url", "https://api.scaleway.invalid/domain/v2beta1"}}};
  }
  std::map<std::string, std::string> secrets() const override {
    return {{"token", "b2a71a12-s3same-4e1f-9c0e-0123456789ab"}};
  }
  bool lets_in(const StubRequest& request) const override {
    return request.header("x-auth-token") == secrets().at("token");
  }
  HttpAnswer fault(int status, const std::string& why) const override {
    if (status == 404)
      return json_answer(404, {{"type", "not_found"}, {"resource", "domain"}, {"message", why}});
    return json_answer(
        status,
        {{"type", "invalid_arguments"},
         {"message", "invalid argument(s)"},
         {"details", {{{"argument_name", "changes"}, {"reason", "constraint"}, {"help_message", why}}}}});
  }

  HttpAnswer answer(StubApi& api, const StubRequest& request) override {
    if (request.path != "/dns-zones/" + api.zone() + "/records") return fault(404, "domain not found");
    if (request.method == "GET") return list(api, request);
    if (request.method != "PATCH") return fault(405, "method not allowed");
    const json body = json_of(request);
    if (!body.is_object() || !body.value("disallow_new_zone_creation", false))
      return fault(400, "would create a zone");
    const std::vector<StubRecord> before = api.records();
    for (const json& change : body.value("changes", json::array())) {
      const std::string why = take(api, change);
      if (why.empty()) continue;
      api.records() = before;
      return fault(400, why);
    }
    return json_answer(200, {{"records", json::array()}});
  }

 private:
  static HttpAnswer list(StubApi& api, const StubRequest& request) {
    const auto page = api.page(std::stoul(request.asked("page", "1")),
                               std::stoul(request.asked("page_size", "20")), api.records().size());
    json records = json::array();
    for (std::size_t i = page.begin; i < page.end; ++i) {
      const StubRecord& record = api.records()[i];
      json one = {{"id", "f00d-" + record.id}, {"name", dns::relative_name(record.name, api.zone(), "")},
                  {"type", record.type},       {"data", record.data},
                  {"ttl", record.ttl},         {"priority", record.type == "MX" ? std::stoi(record.data) : 0},
                  {"geo_ip_config", nullptr}};
      if (record.odd) one["geo_ip_config"] = {{"matches", json::array()}, {"default", record.data}};
      records.push_back(std::move(one));
    }
    return json_answer(200, {{"total_count", api.records().size()}, {"records", std::move(records)}});
  }

  static std::string take(StubApi& api, const json& change) {
    if (change.contains("clear")) return "this would empty the zone";
    const bool sets = change.contains("set");
    const json& what = change[sets ? "set" : "delete"];
    if (!what.contains("id_fields")) return "id_fields are missing";
    const std::string name = what["id_fields"].value("name", "@");
    if (name == "@" || name.ends_with('.')) return "name must be relative";
    const RRsetKey key{dns::absolute_name(name, api.zone()), what["id_fields"].value("type", "")};
    if (!sets && api.records_of(key).empty()) return "record not found";
    api.remove(key);
    if (!sets) return "";
    for (const json& record : what["records"]) {
      if (record.value("name", "@") != name || record.value("type", "") != key.type)
        return "record of another RRset";
      if (record.value("ttl", 0u) < 60) return "ttl must be at least 60";
      std::string data = record.value("data", "");
      if (key.type == "MX" && split(data, ' ').size() == 1) {
        if (!record.contains("priority")) return "priority is missing";
        data = record["priority"].dump() + " " + data;
      }
      data = dns::with_absolute_target(key.type, data, api.zone());
      if (std::string why = syntax_fault(key.type, data); !why.empty()) return why;
      api.add({"", key.name, key.type, data, record["ttl"].get<std::uint32_t>()});
    }
    return "";
  }
};

}  // namespace

std::unique_ptr<StubProfile> stub_scaleway() {
  return std::make_unique<ScalewayProfile>();
}

}  // namespace mxodus
