#include <nlohmann/json.hpp>

#include "orchestrator/core/digest.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/codec.h"
#include "tests/steps/dns/stub/stub_api.h"

namespace mxodus {
namespace {

using nlohmann::json;

/// API v1: every request is signed with the time of the server; records are listed as ids; nothing that is
/// written is served before the zone is refreshed. Its clock is ten minutes ahead of the tests'.
class OvhProfile final : public StubProfile {
 public:
  Zone entry(const std::string& zone) const override { return {"main", "ovh", zone, {}, {{"url", kBase}}}; }
  std::map<std::string, std::string> secrets() const override {
    return {{"application_key", "7kbG7Bk7S9Nt7ZSV"},
            {"application_secret", "EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF"},
            {"consumer_key", "MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1"}};
  }
  bool lets_in(const StubRequest& request) const override {
    if (request.path == "/auth/time") return true;
    const auto keys = secrets();
    const std::string time = request.header("x-ovh-timestamp");
    const std::string expected =
        "$1$" + sha1_hex(keys.at("application_secret") + "+" + keys.at("consumer_key") + "+" +
                         request.method + "+" + request.url + "+" + request.body + "+" + time);
    const long off = time.empty() ? 9999 : std::stol(time) - kTime;
    return request.header("x-ovh-application") == keys.at("application_key") &&
           request.header("x-ovh-consumer") == keys.at("consumer_key") && off >= 0 && off < 300 &&
           request.header("x-ovh-signature") == expected;
  }
  HttpAnswer fault(int status, const std::string& why) const override {
    static const std::map<int, std::string> classes = {
        {401, "Client::Unauthorized"}, {403, "Client::Forbidden"}, {404, "Client::NotFound"}};
    const auto found = classes.find(status);
    return json_answer(
        status, {{"class", found == classes.end() ? "Client::BadRequest" : found->second}, {"message", why}});
  }

  HttpAnswer answer(StubApi& api, const StubRequest& request) override {
    if (request.path == "/auth/time") return json_answer(200, kTime);
    const std::string base = "/domain/zone/" + api.zone();
    if (!request.path.starts_with(base + "/")) return fault(404, "This service does not exist");
    const auto parts = path_parts(request.path.substr(base.size()));
    if (parts.size() == 1 && parts[0] == "refresh" && request.method == "POST") return {200, {}, "null"};
    if (parts.empty() || parts[0] != "record") return fault(404, "Got an invalid (or empty) URL");
    if (parts.size() == 1 && request.method == "GET") return ids(api, request);
    StubRecord* known = parts.size() == 2 ? api.by_id(parts[1]) : nullptr;
    if (parts.size() == 2 && !known)
      return fault(404, "The requested object (id = " + parts[1] + ") does not exist");
    if (request.method == "GET") return json_answer(200, record_json(*known, api.zone()));
    if (request.method == "DELETE") {
      std::erase_if(api.records(), [&](const StubRecord& one) { return one.id == parts[1]; });
      return {200, {}, "null"};
    }
    const json body = json_of(request);
    if (!body.is_object()) return fault(400, "Invalid JSON received");
    StubRecord record = known ? *known : StubRecord();
    if (known && body.value("fieldType", known->type) != known->type)
      return fault(400, "Type of property \"fieldType\" is read only");
    const std::string why = take(body, api.zone(), record);
    if (!why.empty()) return fault(400, why);
    if (known)
      *known = record;
    else
      api.add(record);
    return known ? HttpAnswer{200, {}, "null"} : json_answer(200, record_json(record, api.zone()));
  }

 private:
  static constexpr const char* kBase = "https://eu.api.ovh.invalid/1.0";
  static constexpr long kTime = 1'715'533'200 + 600;

  static HttpAnswer ids(StubApi& api, const StubRequest& request) {
    json found = json::array();
    for (const StubRecord& record : api.records()) {
      const bool type = request.asked("fieldType", record.type) == record.type;
      const std::string name = dns::relative_name(record.name, api.zone(), "");
      const std::string asked = request.asked("subDomain");
      if (type && (asked.empty() || asked == name)) found.push_back(std::stoul(record.id));
    }
    return json_answer(200, found);
  }

  static json record_json(const StubRecord& record, const std::string& zone) {
    return {{"id", std::stoul("0" + record.id)},
            {"zone", zone},
            {"subDomain", dns::relative_name(record.name, zone, "")},
            {"fieldType", record.type},
            {"target", record.data},
            {"ttl", record.ttl}};
  }

  static std::string take(const json& body, const std::string& zone, StubRecord& record) {
    record.type = body.value("fieldType", record.type);
    const std::string name = body.value("subDomain", "");
    if (name.ends_with('.') || is_within(name, zone)) return "Invalid subdomain";
    record.name = dns::absolute_name(name, zone);
    record.ttl = body.value("ttl", 0u);
    if (record.ttl != 0 && record.ttl < 60) return "TTL must be at least 60";
    record.data = dns::with_absolute_target(record.type, body.value("target", ""), zone);
    const std::string why = syntax_fault(record.type, record.data);
    return why.empty() ? "" : "Invalid target: " + why;
  }
};

}  // namespace

std::unique_ptr<StubProfile> stub_ovh() {
  return std::make_unique<OvhProfile>();
}

}  // namespace mxodus
