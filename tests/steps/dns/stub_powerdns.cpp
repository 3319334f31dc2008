#include "tests/steps/dns/stub_powerdns.h"

#include <set>

#include <nlohmann/json.hpp>

#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"

namespace mxodus {
namespace {

using dns::RRsetKey;
using dns::StoredRRset;
using nlohmann::json;

HttpAnswer plain(int status, const std::string& text) {
  return {status, {{"content-type", "text/plain; charset=utf-8"}}, text};
}

HttpAnswer refused(const std::string& why) {
  return {422, {{"content-type", "application/json"}}, json{{"error", why}}.dump()};
}

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

json records_json(const StoredRRset& set) {
  json records = json::array();
  for (const std::string& data : set.rrset.data) records.push_back({{"content", data}, {"disabled", false}});
  for (const std::string& data : set.disabled) records.push_back({{"content", data}, {"disabled", true}});
  return records;
}

}  // namespace

void StubPowerDns::put(StoredRRset set) {
  const RRsetKey key = set.key();
  sets_[key] = std::move(set);
}

StoredRRset StubPowerDns::get(const std::string& name, const std::string& type) const {
  const auto found = sets_.find({name, type});
  return found == sets_.end() ? StoredRRset{.rrset = {name, type}} : found->second;
}

void StubPowerDns::fail_writes(int count, bool and_write) {
  failing_ = count;
  failing_writes_ = and_write;
}

std::string StubPowerDns::patch(const std::string& body) {
  const json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("rrsets")) return "no rrsets";
  auto sets = sets_;
  std::set<RRsetKey> seen;
  for (const json& change : parsed["rrsets"]) {
    const std::string name = change.value("name", "");
    if (!name.ends_with('.')) return "DNS Name '" + name + "' is not canonical";
    const RRsetKey key{normal_name(name), change.value("type", "")};
    if (!is_within(key.name, zone_)) return "RRset " + name + " IN " + key.type + ": Name is out of zone";
    if (!seen.insert(key).second) return "Duplicate RRset " + name;
    if (change.value("changetype", "") == "DELETE") {
      sets.erase(key);
      continue;
    }
    if (change.value("changetype", "") != "REPLACE") return "Changetype not understood";
    if (!change.contains("ttl") || !change["ttl"].is_number_unsigned())
      return "Key 'ttl' not an Integer or not present";
    StoredRRset set{.rrset = {key.name, key.type, change["ttl"].get<std::uint32_t>()}};
    set.comments = sets[key].comments;
    if (change.contains("comments")) set.comments = value_from_json(change["comments"]);
    for (const json& record : change["records"]) {
      const std::string content = record.value("content", "");
      if (const std::string fault = content_fault(key.type, content); !fault.empty())
        return "Record " + name + "/" + key.type + " '" + content + "': " + fault;
      (record.value("disabled", false) ? set.disabled : set.rrset.data).push_back(content);
    }
    sets[key] = std::move(set);
  }
  sets_ = std::move(sets);
  return "";
}

Result<HttpAnswer> StubPowerDns::handle(const HttpRequest& request) {
  std::string key;
  for (const auto& [name, value] : request.secret_headers)
    if (name == "X-API-Key") key = value.reveal();
  if (key != key_) return plain(401, "Unauthorized");
  if (!request.url.ends_with("/api/v1/servers/localhost/zones/" + zone_ + "."))
    return plain(404, "Not Found");

  if (request.method == "GET") {
    json rrsets = json::array();
    for (const auto& [set_key, set] : sets_)
      rrsets.push_back({{"name", set_key.name + "."},
                        {"type", set_key.type},
                        {"ttl", set.rrset.ttl},
                        {"records", records_json(set)},
                        {"comments", set.comments.is_null() ? json::array() : to_json(set.comments)}});
    return HttpAnswer{
        200, {{"content-type", "application/json"}}, json{{"name", zone_ + "."}, {"rrsets", rrsets}}.dump()};
  }
  if (request.method != "PATCH") return plain(405, "Method Not Allowed");
  ++writes_;
  const bool fails = failing_ > 0 && failing_-- > 0;
  if (fails && !failing_writes_) return plain(500, "Internal Server Error");
  if (const std::string fault = patch(request.body); !fault.empty()) return refused(fault);
  if (written_) written_();
  return fails ? plain(500, "Internal Server Error") : HttpAnswer{204, {}, ""};
}

}  // namespace mxodus
