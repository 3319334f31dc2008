#include "orchestrator/dns/names.h"

#include <algorithm>

#include <arpa/inet.h>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// Whether the dot there belongs to a label, where it is written with a backslash (RFC 1035 5.1).
bool is_escaped(std::string_view name, std::size_t dot) {
  std::size_t slashes = 0;
  while (slashes < dot && name[dot - slashes - 1] == '\\') ++slashes;
  return slashes % 2 == 1;
}

}  // namespace

std::string normal_name(std::string_view name) {
  if (name.ends_with('.') && !is_escaped(name, name.size() - 1)) name.remove_suffix(1);
  return lower(name);
}

bool is_within(std::string_view name, std::string_view zone) {
  if (zone.empty() || name == zone) return true;
  if (name.size() <= zone.size() || !name.ends_with(zone)) return false;
  const std::size_t dot = name.size() - zone.size() - 1;
  return name[dot] == '.' && !is_escaped(name, dot);
}

Result<std::string> name_in_zone(std::string_view written, const std::string& zone) {
  const std::string name = normal_name(written);
  if (written.empty() || written == "@") return zone;
  if (is_within(name, zone)) return name;
  if (!written.ends_with('.')) return name + "." + zone;
  return fail(ErrorKind::invalid, "dns.outside-zone",
              printable_line(written) + " is not in the zone " + zone + ": a final dot makes a name absolute",
              "leave the dot out, or name the entry of `dns:` whose zone holds it");
}

Result<std::string> reversed_name(const std::string& address, const std::string& zone) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    std::vector<std::string> octets = split(address, '.');
    std::reverse(octets.begin(), octets.end());
    return join(octets, ".") + "." + zone;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1)
    return fail(ErrorKind::invalid, "dns.no-address", "\"" + printable_line(address) + "\" is no IP address");
  static const char digits[] = "0123456789abcdef";
  std::string name;
  for (int i = 15; i >= 0; --i) {
    name += digits[v6.s6_addr[i] & 15];
    name += '.';
    name += digits[v6.s6_addr[i] >> 4];
    name += '.';
  }
  return name + zone;
}

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

}  // namespace mxodus
