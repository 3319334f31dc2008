#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/codec.h"
#include "tests/steps/dns/stub/stub_api.h"

namespace mxodus {
namespace {

using nlohmann::json;

const std::map<std::string, std::vector<std::string>> kDigitalOceanParts = {
    {"MX", {"priority"}}, {"SRV", {"priority", "weight", "port"}}, {"CAA", {"flags", "tag"}}};

/// API v2: records with numbers as ids and relative names; host names are written with a final dot and read
/// without, texts are bare.
class DigitalOceanProfile final : public StubProfile {
 public:
  Zone entry(const std::string& zone) const override {
    return {"main", "digitalocean", zone, {}, {{"url", "https://api.digitalocean.invalid/v2"}}};
  }
  bool lets_in(const StubRequest& request) const override {
    return request.header("authorization") == "Bearer " + secrets().at("token");
  }
  HttpAnswer fault(int status, const std::string& why) const override {
    static const std::map<int, std::string> ids = {
        {401, "Unauthorized"}, {404, "not_found"}, {429, "too_many_requests"}};
    const auto id = ids.find(status);
    return json_answer(status, {{"id", id == ids.end() ? "unprocessable_entity" : id->second},
                                {"message", why},
                                {"request_id", "4d9d8375-3c56-4925-a3e7-eb137fed17e9"}});
  }

  HttpAnswer answer(StubApi& api, const StubRequest& request) override {
    const auto parts = path_parts(request.path);
    if (parts.size() < 3 || parts[0] != "domains" || parts[1] != api.zone() || parts[2] != "records")
      return fault(404, "The resource you were accessing could not be found.");
    if (parts.size() == 3 && request.method == "GET") return list(api, request);
    StubRecord* known = parts.size() == 4 ? api.by_id(parts[3]) : nullptr;
    if (parts.size() == 4 && !known) return fault(404, "The resource you were accessing could not be found.");
    if (known && request.method == "DELETE") {
      std::erase_if(api.records(), [&](const StubRecord& one) { return one.id == parts[3]; });
      return {204, {}, ""};
    }
    if (request.method != (known ? "PUT" : "POST")) return fault(405, "method not allowed");
    StubRecord record = known ? *known : StubRecord();
    const std::string why = take(json_of(request), api.zone(), record);
    if (!why.empty()) return fault(422, why);
    const json body = {{"domain_record", record_json(record, api.zone())}};
    if (known)
      *known = record;
    else
      api.add(record);
    return json_answer(known ? 200 : 201, body);
  }

 private:
  static HttpAnswer list(StubApi& api, const StubRequest& request) {
    const std::size_t number = std::stoul(request.asked("page", "1"));
    if (std::stoul(request.asked("per_page", "20")) > 200) return json_answer(400, {{"id", "bad_request"}});
    const auto page = api.page(number, std::stoul(request.asked("per_page", "20")), api.records().size());
    json records = json::array();
    for (std::size_t i = page.begin; i < page.end; ++i)
      records.push_back(record_json(api.records()[i], api.zone()));
    json body = {{"domain_records", std::move(records)},
                 {"links", json::object()},
                 {"meta", {{"total", api.records().size()}}}};
    if (number < page.count) body["links"]["pages"]["next"] = request.url + "&next";
    return json_answer(200, body);
  }

  static json record_json(const StubRecord& record, const std::string& zone) {
    json body = {{"id", std::stoul("0" + record.id)},
                 {"type", record.type},
                 {"name", dns::relative_name(record.name, zone, "@")},
                 {"ttl", record.ttl}};
    for (const char* part : {"priority", "port", "weight", "flags", "tag"}) body[part] = nullptr;
    if (record.type == "TXT") {
      body["data"] = txt_text(record.data).value_or(record.data);
      return body;
    }
    std::vector<std::string> fields = split(record.data, ' ');
    if (const auto found = kDigitalOceanParts.find(record.type); found != kDigitalOceanParts.end())
      for (const std::string& part : found->second) {
        body[part] = part == "tag" ? json(fields.front()) : json(std::stoi(fields.front()));
        fields.erase(fields.begin());
      }
    std::string data = record.type == "CAA" ? *txt_text(fields.front()) : fields.front();
    if (record.type != "CAA" && data.ends_with('.')) data.pop_back();
    body["data"] = data == zone ? "@" : data;
    return body;
  }

  /// Why a record is not taken; else it is put into `record`.
  static std::string take(const json& body, const std::string& zone, StubRecord& record) {
    if (!body.is_object()) return "Content-Type must be application/json";
    record.type = body.value("type", "");
    record.name = dns::absolute_name(body.value("name", "@"), zone);
    record.ttl = body.value("ttl", 1800u);
    std::string data = body.value("data", "");
    if (record.ttl < 30) return "TTL must be greater than or equal to 30";
    if (data.empty()) return "Data can't be blank";
    if (record.type == "TXT") {
      if (data.find('\\') != std::string::npos) return "Data is invalid";
      if (txt_data(data).size() > 512) return "Data is too long (maximum is 512 characters)";
      record.data = txt_data(data);
      return "";
    }
    if (record.type == "CAA") {
      if (!data.ends_with('.')) return "Data needs to end with a dot (.)";
      data = txt_data(data.substr(0, data.size() - 1));
    }
    if (dns::ends_in_name(record.type) && !data.ends_with('.')) data += "." + zone + ".";
    std::vector<std::string> fields;
    if (const auto found = kDigitalOceanParts.find(record.type); found != kDigitalOceanParts.end())
      for (const std::string& part : found->second) {
        if (!body.contains(part)) return part + " can't be blank";
        fields.push_back(part == "tag" ? body[part].get<std::string>() : body[part].dump());
      }
    fields.push_back(data);
    record.data = join(fields, " ");
    return canonical_data(record.type, record.data) ? "" : "Data is invalid";
  }
};

}  // namespace

std::unique_ptr<StubProfile> stub_digitalocean() {
  return std::make_unique<DigitalOceanProfile>();
}

}  // namespace mxodus
