#include <set>

#include <nlohmann/json.hpp>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "tests/steps/dns/stub/stub_api.h"

namespace mxodus {
namespace {

using dns::RRsetKey;
using nlohmann::json;

/// Why PowerDNS would not take this content; empty where it would.
std::string content_fault(const std::string& type, const std::string& content) {
  if (type == "TXT")
    return content.starts_with('"') ? "" : "Parsing record content: data for TXT should start with quote";
  const auto canonical = canonical_data(type, content);
  if (!canonical) return "Parsing record content (try 'pdnsutil check-zone'): unable to parse";
  // Case is kept, everything else has to be as PowerDNS itself would write it.
  if (normal_name(*canonical) != normal_name(content))
    return "Not in expected format (parsed as '" + *canonical + "')";
  return "";
}

/// PowerDNS 4.7: takes a PATCH as a whole or not at all; 422 is JSON, all other errors are plain text.
class PowerDnsProfile final : public StubProfile {
 public:
  Zone entry(const std::string& zone) const override {
    return {"main", "powerdns", zone, {}, {{"url", "http://198.51.100.54:8081"}}};
  }
  bool lets_in(const StubRequest& request) const override {
    return request.header("x-api-key") == secrets().at("token");
  }
  HttpAnswer fault(int status, const std::string& why) const override {
    if (status == 422) return json_answer(422, {{"error", why}});
    return {status, {{"content-type", "text/plain; charset=utf-8"}}, why};
  }

  HttpAnswer answer(StubApi& api, const StubRequest& request) override {
    if (request.path != "/api/v1/servers/localhost/zones/" + api.zone() + ".") return fault(404, "Not Found");
    if (request.method == "GET") return json_answer(200, zone_json(api));
    if (request.method != "PATCH") return fault(405, "Method Not Allowed");
    const std::vector<StubRecord> before = api.records();
    const std::string why = patch(api, json_of(request));
    if (why.empty()) return {204, {}, ""};
    api.records() = before;
    return fault(422, why);
  }

 private:
  static json zone_json(const StubApi& api) {
    json rrsets = json::array();
    for (const RRsetKey& key : api.keys()) {
      const dns::StoredRRset set = api.get(key.name, key.type);
      json records = json::array();
      for (const StubRecord& record : api.records_of(key))
        records.push_back({{"content", record.data}, {"disabled", record.disabled}});
      rrsets.push_back({{"name", key.name + "."},
                        {"type", key.type},
                        {"ttl", set.rrset.ttl},
                        {"records", std::move(records)},
                        {"comments", set.comments.is_null() ? json::array() : to_json(set.comments)}});
    }
    return {{"name", api.zone() + "."}, {"rrsets", std::move(rrsets)}};
  }

  static std::string patch(StubApi& api, const json& body) {
    if (!body.is_object() || !body.contains("rrsets")) return "no rrsets";
    std::set<RRsetKey> seen;
    for (const json& change : body["rrsets"]) {
      const std::string name = change.value("name", "");
      if (!name.ends_with('.')) return "DNS Name '" + name + "' is not canonical";
      const RRsetKey key{normal_name(name), change.value("type", "")};
      if (!is_within(key.name, api.zone()))
        return "RRset " + name + " IN " + key.type + ": Name is out of zone";
      if (!seen.insert(key).second) return "Duplicate RRset " + name;
      api.remove(key);
      if (change.value("changetype", "") == "DELETE") continue;
      if (change.value("changetype", "") != "REPLACE") return "Changetype not understood";
      if (!change.contains("ttl") || !change["ttl"].is_number_unsigned())
        return "Key 'ttl' not an Integer or not present";
      if (change.contains("comments")) api.comments()[key] = value_from_json(change["comments"]);
      for (const json& record : change["records"]) {
        const std::string content = record.value("content", "");
        if (const std::string fault = content_fault(key.type, content); !fault.empty())
          return "Record " + name + "/" + key.type + " '" + content + "': " + fault;
        api.add({"", key.name, key.type, content, change["ttl"].get<std::uint32_t>(),
                 record.value("disabled", false)});
      }
    }
    return "";
  }
};

}  // namespace

std::unique_ptr<StubProfile> stub_powerdns() {
  return std::make_unique<PowerDnsProfile>();
}

}  // namespace mxodus
