#include "steps/dns/providers/cloudflare/records.h"

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"
#include "steps/dns/providers/codec.h"
#include "steps/dns/providers/json.h"

namespace mxodus::dns::cloudflare {
namespace {

using nlohmann::json;

/// The members of `data` in the order in which they stand in a zone file.
const std::map<std::string, std::vector<const char*>>& parts() {
  static const std::map<std::string, std::vector<const char*>> all = {
      {"SRV", {"priority", "weight", "port", "target"}},
      {"CAA", {"flags", "tag", "value"}},
      {"TLSA", {"usage", "selector", "matching_type", "certificate"}},
      {"SSHFP", {"algorithm", "type", "fingerprint"}},
  };
  return all;
}

std::optional<std::string> joined_parts(const std::string& type, const json& data) {
  std::vector<std::string> fields;
  for (const char* part : parts().at(type)) {
    const auto number = number_at(data, part);
    std::string field = number ? std::to_string(*number) : text_at(data, part);
    if (field.empty()) return std::nullopt;
    if (std::string(part) == "value") field = txt_data(field);
    fields.push_back(std::move(field));
  }
  return with_final_dot(type, join(fields, " "));
}

std::optional<std::string> data_of(const std::string& type, const json& record) {
  if (parts().contains(type)) {
    const json* data = object_at(record, "data");
    return data ? joined_parts(type, *data) : std::nullopt;
  }
  const std::string content = text_at(record, "content");
  if (content.empty()) return std::nullopt;
  if (type == "TXT") {
    const bool quoted = content.size() > 1 && content.starts_with('"') && content.ends_with('"');
    return quoted ? content : txt_data(content);
  }
  if (type != "MX") return with_final_dot(type, content);
  const auto priority = number_at(record, "priority");
  if (!priority) return std::nullopt;
  return with_final_dot(type, std::to_string(*priority) + " " + content);
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 6 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

const std::set<std::string>& known_types() {
  static const std::set<std::string> types = {"A",   "AAAA", "CAA",   "CNAME", "MX", "NS",
                                              "PTR", "SRV",  "SSHFP", "TLSA",  "TXT"};
  return types;
}

std::optional<ApiRecord> record_from(const json& record) {
  ApiRecord read{.id = id_at(record, "id"),
                 .name = normal_name(text_at(record, "name")),
                 .type = text_at(record, "type")};
  const auto ttl = number_at(record, "ttl");
  if (read.id.empty() || read.name.empty() || read.type.empty() || !ttl) return std::nullopt;
  read.ttl = *ttl == kAutomaticTtl ? kServedTtl : *ttl;
  if (!known_types().contains(read.type)) {
    read.data = text_at(record, "content");
    return read;
  }
  auto data = data_of(read.type, record);
  if (!data) return std::nullopt;
  read.data = std::move(*data);
  return read;
}

json fields_for(const std::string& type, const std::string& data) {
  const std::string written = without_final_dot(type, data_to_send(type, data));
  std::vector<std::string> fields = fields_of(written);
  if (type == "MX") {
    if (fields.size() != 2 || !is_number(fields[0])) return json::object();
    return {{"content", fields[1]}, {"priority", std::stoi(fields[0])}};
  }
  const auto found = parts().find(type);
  if (found == parts().end()) return {{"content", written}};
  const std::vector<const char*>& names = found->second;
  if (fields.size() < names.size()) return json::object();
  // The last part may hold blanks: the value of a CAA.
  for (std::size_t i = names.size(); i < fields.size(); ++i) fields[names.size() - 1] += " " + fields[i];
  json parts_of = json::object();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = names[i];
    if (name == "value")
      parts_of[name] = txt_text(fields[i]).value_or(fields[i]);
    else if (is_number(fields[i]) && name != "certificate" && name != "fingerprint")
      parts_of[name] = std::stoi(fields[i]);
    else
      parts_of[name] = fields[i];
  }
  return {{"data", std::move(parts_of)}};
}

}  // namespace mxodus::dns::cloudflare
