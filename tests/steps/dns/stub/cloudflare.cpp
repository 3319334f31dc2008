#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "tests/steps/dns/stub/stub_api.h"

namespace mxodus {
namespace {

using nlohmann::json;

/// The members of `data`, in the order of a zone file.
const std::map<std::string, std::vector<std::string>> kParts = {
    {"SRV", {"priority", "weight", "port", "target"}},
    {"CAA", {"flags", "tag", "value"}},
    {"TLSA", {"usage", "selector", "matching_type", "certificate"}}};

const std::string kZoneId = "023e105f4ecef8ad9ca31a8372d0c353";

/// API v4: records with ids and absolute names without final dot; a batch is one transaction.
class CloudflareProfile final : public StubProfile {
 public:
  Zone entry(const std::string& zone) const override {
    return {"main", "cloudflare", zone, {}, {{"url", "https://api.cloudflare.invalid/client/v4"}}};
  }
  bool lets_in(const StubRequest& request) const override {
    return request.header("authorization") == "Bearer " + secrets().at("token");
  }
  HttpAnswer fault(int status, const std::string& why) const override {
    return json_answer(status, {{"success", false},
                                {"errors", {{{"code", status == 401 ? 10000 : 9000}, {"message", why}}}},
                                {"messages", json::array()},
                                {"result", nullptr}});
  }

  HttpAnswer answer(StubApi& api, const StubRequest& request) override {
    if (request.path == "/zones") {
      json zones = json::array();
      if (request.asked("name") == api.zone()) zones.push_back({{"id", kZoneId}, {"name", api.zone()}});
      return success(zones, {0, zones.size(), 1, zones.size()}, 1);
    }
    if (request.path == "/zones/" + kZoneId + "/dns_records" && request.method == "GET")
      return list(api, request);
    if (request.path != "/zones/" + kZoneId + "/dns_records/batch" || request.method != "POST")
      return fault(404, "Could not route to " + request.path);
    const std::vector<StubRecord> before = api.records();
    const std::string why = batch(api, json_of(request));
    if (why.empty()) return success(json::object(), {}, 1);
    api.records() = before;
    return fault(400, why);
  }

 private:
  static HttpAnswer success(const json& result, StubApi::Page page, std::size_t number) {
    return json_answer(200, {{"success", true},
                             {"errors", json::array()},
                             {"messages", json::array()},
                             {"result", result},
                             {"result_info",
                              {{"page", number},
                               {"count", page.end - page.begin},
                               {"total_count", page.total},
                               {"total_pages", page.count}}}});
  }

  static json record_json(const StubRecord& record) {
    std::string data = record.data;
    if (record.type != "TXT" && data.ends_with('.')) data.pop_back();
    json body = {{"id", record.id},   {"name", record.name},   {"type", record.type},
                 {"ttl", record.ttl}, {"proxied", record.odd}, {"content", data}};
    const std::vector<std::string> fields = split(data, ' ');
    if (record.type == "MX") {
      body["priority"] = std::stoi(fields[0]);
      body["content"] = fields[1];
    }
    if (const auto found = kParts.find(record.type); found != kParts.end())
      for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::string& part = found->second[i];
        if (part == "value")
          body["data"][part] = txt_text(fields[i]).value_or("");
        else if (part == "target" || part == "tag" || part == "certificate")
          body["data"][part] = fields[i];
        else
          body["data"][part] = std::stoi(fields[i]);
      }
    return body;
  }

  static HttpAnswer list(StubApi& api, const StubRequest& request) {
    const std::size_t number = std::stoul(request.asked("page", "1"));
    const auto page = api.page(number, std::stoul(request.asked("per_page", "100")), api.records().size());
    json records = json::array();
    for (std::size_t i = page.begin; i < page.end; ++i) records.push_back(record_json(api.records()[i]));
    return success(records, page, number);
  }

  /// Why a record is not taken; else it is put into `record`.
  static std::string take(const json& body, const std::string& zone, StubRecord& record) {
    record.name = body.value("name", "");
    record.type = body.value("type", "");
    record.ttl = body.value("ttl", 1u);
    if (record.name.ends_with('.') || !is_within(record.name, zone)) return "DNS name is invalid.";
    if (record.ttl != 1 && (record.ttl < 60 || record.ttl > 86400))
      return "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.";
    if (body.value("proxied", false)) return "proxied was not asked for";
    const std::string content = body.value("content", "");
    if (const auto found = kParts.find(record.type); found != kParts.end()) {
      std::vector<std::string> fields;
      for (const std::string& part : found->second) {
        if (!body.contains("data") || !body["data"].contains(part))
          return part + " is a required data field.";
        const json& value = body["data"][part];
        fields.push_back(value.is_string() ? value.get<std::string>() : value.dump());
        if (part == "value") fields.back() = txt_data(fields.back());
      }
      record.data = join(fields, " ") + (record.type == "SRV" ? "." : "");
      return canonical_data(record.type, record.data) ? "" : "invalid data";
    }
    if (content.empty() || (record.type != "TXT" && content.ends_with('.')))
      return "Content for " + record.type + " record is invalid.";
    record.data = content;
    if (record.type == "MX") {
      if (!body.contains("priority")) return "priority is required for MX records.";
      record.data = body["priority"].dump() + " " + content + ".";
    }
    if (record.type == "CNAME" || record.type == "NS") record.data += ".";
    return canonical_data(record.type, record.data) ? ""
                                                    : "Content for " + record.type + " record is invalid.";
  }

  static std::string batch(StubApi& api, const json& body) {
    if (!body.is_object()) return "Content-Type must be application/json";
    for (const json& one : body.value("deletes", json::array())) {
      if (!api.by_id(one.value("id", ""))) return "Record does not exist.";
      std::erase_if(api.records(), [&](const StubRecord& record) { return record.id == one["id"]; });
    }
    for (const json& one : body.value("puts", json::array())) {
      StubRecord* record = api.by_id(one.value("id", ""));
      if (!record) return "Record does not exist.";
      if (std::string why = take(one, api.zone(), *record); !why.empty()) return why;
    }
    for (const json& one : body.value("posts", json::array())) {
      StubRecord record;
      if (std::string why = take(one, api.zone(), record); !why.empty()) return why;
      for (const StubRecord& other : api.records_of({record.name, record.type}))
        if (other.data == record.data) return "An identical record already exists.";
      api.add(record);
    }
    return "";
  }
};

}  // namespace

std::unique_ptr<StubProfile> stub_cloudflare() {
  return std::make_unique<CloudflareProfile>();
}

}  // namespace mxodus
