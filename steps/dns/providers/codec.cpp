#include "steps/dns/providers/codec.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "orchestrator/dns/rdata.h"

namespace mxodus::dns {

std::string relative_name(const std::string& name, const std::string& zone, const std::string& apex) {
  if (name == zone) return apex;
  return is_within(name, zone) ? name.substr(0, name.size() - zone.size() - 1) : name;
}

std::string absolute_name(const std::string& relative, const std::string& zone) {
  return relative.empty() || relative == "@" ? zone : normal_name(relative) + "." + zone;
}

bool ends_in_name(const std::string& type) {
  static const std::array types = {"MX", "CNAME", "NS", "SRV", "PTR", "DNAME"};
  return std::find(types.begin(), types.end(), type) != types.end();
}

std::string with_absolute_target(const std::string& type, const std::string& data, const std::string& zone) {
  if (!ends_in_name(type) || data.ends_with('.')) return data;
  const std::size_t blank = data.find_last_of(" \t");
  const std::size_t begin = blank == std::string::npos ? 0 : blank + 1;
  const std::string target = data.substr(begin);
  return data.substr(0, begin) + (target == "@" ? "" : target + ".") + zone + ".";
}

std::string with_final_dot(const std::string& type, std::string data) {
  if (ends_in_name(type) && !data.ends_with('.')) data += '.';
  return data;
}

std::string without_final_dot(const std::string& type, std::string data) {
  if (ends_in_name(type) && data.ends_with('.')) data.pop_back();
  return data;
}

std::string data_to_send(const std::string& type, const std::string& data) {
  return written_data(type, data).value_or(data);
}

std::vector<std::string> fields_of(const std::string& data) {
  std::vector<std::string> fields = split(data, ' ');
  fields.erase(std::remove(fields.begin(), fields.end(), ""), fields.end());
  return fields;
}

std::string url_encoded(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~')
      encoded += c;
    else
      encoded += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return encoded;
}

}  // namespace mxodus::dns
