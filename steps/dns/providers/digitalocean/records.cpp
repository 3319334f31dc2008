#include "steps/dns/providers/digitalocean/records.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/json.h"

namespace mxodus::dns::digitalocean {
namespace {

using nlohmann::json;

/// What stands before the data of a type, in the order of a zone file.
const std::vector<const char*>& parts(const std::string& type) {
  static const std::map<std::string, std::vector<const char*>> all = {
      {"MX", {"priority"}}, {"SRV", {"priority", "weight", "port"}}, {"CAA", {"flags", "tag"}}};
  static const std::vector<const char*> none;
  const auto found = all.find(type);
  return found == all.end() ? none : found->second;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 6 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Names come without their final dot, and the zone itself as "@".
std::string target_of(const std::string& type, const std::string& data, const std::string& zone) {
  if (type == "TXT") return txt_data(data);
  if (type == "CAA") return txt_data(data.ends_with('.') ? data.substr(0, data.size() - 1) : data);
  if (!ends_in_name(type)) return data;
  return with_final_dot(type, data == "@" ? zone : data);
}

}  // namespace

const std::set<std::string>& known_types() {
  static const std::set<std::string> types = {"A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"};
  return types;
}

std::optional<ApiRecord> record_from(const json& record, const std::string& zone) {
  const std::string name = text_at(record, "name");
  const auto ttl = number_at(record, "ttl");
  ApiRecord read{
      .id = id_at(record, "id"), .name = absolute_name(name, zone), .type = text_at(record, "type")};
  if (read.id.empty() || name.empty() || read.type.empty()) return std::nullopt;
  read.ttl = ttl.value_or(0);
  if (!known_types().contains(read.type)) return read;
  const std::string data = text_at(record, "data");
  if (data.empty() || !ttl) return std::nullopt;
  std::vector<std::string> fields;
  for (const char* part : parts(read.type)) {
    const auto number = number_at(record, part);
    fields.push_back(number ? std::to_string(*number) : text_at(record, part));
    if (fields.back().empty()) return std::nullopt;
  }
  fields.push_back(target_of(read.type, data, zone));
  read.data = join(fields, " ");
  return read;
}

json fields_for(const std::string& type, const std::string& data) {
  const std::string written = data_to_send(type, data);
  if (type == "TXT") return {{"data", txt_text(written).value_or(written)}};
  std::vector<std::string> fields = fields_of(written);
  const std::vector<const char*>& names = parts(type);
  if (fields.size() <= names.size()) return json::object();
  json body = json::object();
  for (std::size_t i = 0; i < names.size(); ++i)
    body[names[i]] = is_number(fields[i]) ? json(std::stoi(fields[i])) : json(fields[i]);
  fields.erase(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(names.size()));
  const std::string rest = join(fields, " ");
  // The value of a CAA is taken for a name, and cut where it has no final dot.
  body["data"] = type == "CAA" ? txt_text(rest).value_or(rest) + "." : rest;
  return body;
}

}  // namespace mxodus::dns::digitalocean
