#include "steps/dns/discovery/found_hosts.h"

#include <algorithm>
#include <charconv>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"
#include "orchestrator/dns/names.h"
#include "steps/dns/providers/xml.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kHosts = 50;
constexpr std::string_view kDomainMark = "%EMAILDOMAIN%";

void add(std::vector<std::string>& list, std::string text) {
  if (list.size() < kHosts && std::find(list.begin(), list.end(), text) == list.end())
    list.push_back(std::move(text));
}

void take(const std::string& written, const std::string& domain, ConfigHosts& found) {
  std::string text(trim(written));
  if (const std::size_t mark = text.find(kDomainMark); mark != std::string::npos)
    text.replace(mark, kDomainMark.size(), domain);
  if (text.empty()) return;
  if (const auto name = canonical_hostname(text); name && !is_ipv4(*name))
    add(found.hosts, *name);
  else
    add(found.odd, text);
}

/// As deep as parse_xml() goes, which is bounded.
void collect(const XmlElement& element, const std::string& domain, ConfigHosts& found) {
  const bool server = element.name == "incomingServer" || element.name == "outgoingServer";
  for (const XmlElement& child : element.children) {
    if ((server && child.name == "hostname") || (element.name == "Protocol" && child.name == "Server"))
      take(child.text, domain, found);
    collect(child, domain, found);
  }
}

}  // namespace

std::optional<ServiceRecord> parse_service(std::string_view data) {
  const std::vector<std::string> fields = split(data, ' ');
  if (fields.size() != 4) return std::nullopt;
  ServiceRecord record;
  const std::string& port = fields[2];
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), record.port);
  if (fault != std::errc() || end != port.data() + port.size()) return std::nullopt;
  record.host = normal_name(fields[3]);
  return record;
}

std::optional<ConfigHosts> config_hosts(const std::string& xml, const std::string& domain) {
  // Some servers begin their files with a byte order mark.
  const auto root = parse_xml(xml.starts_with("\xef\xbb\xbf") ? xml.substr(3) : xml);
  if (!root) return std::nullopt;
  ConfigHosts found;
  collect(*root, domain, found);
  return found;
}

}  // namespace mxodus::dns
