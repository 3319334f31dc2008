#include <algorithm>
#include <charconv>

#include "orchestrator/core/names.h"
#include "orchestrator/playbook/map_reader.h"
#include "orchestrator/playbook/sections.h"

namespace mxodus {
namespace {

/// "192.0.2.53", "2001:db8::53@5353".
bool is_server(const std::string& text) {
  const std::size_t at = text.find('@');
  if (!canonical_address(std::string_view(text).substr(0, at))) return false;
  if (at == std::string::npos) return true;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 1, text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0;
}

/// Any name that a zone may have: "." and those of RFC 2317, with a slash, are some.
bool is_zone(const std::string& text) {
  return !text.empty() && text.size() <= 254 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.' || c == '/';
  });
}

/// The list under `key`, where it is written; each text that is none of its kind is a fault.
ResolverSpec::Texts texts(MapReader& reader, const std::string& key, bool (*is_one)(const std::string&),
                          const std::string& kind, const std::string& hint) {
  const Node* found = reader.find(key);
  if (!found) return std::nullopt;
  auto all = reader.texts(key);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!is_one(all[i]))
      reader.faults().add(
          found->is_list() ? found->items()[i].mark() : found->mark(), "resolver.value",
          "\"" + key + "\" of " + reader.what() + ": \"" + printable_line(all[i], 80) + "\" is no " + kind,
          hint);
  return all;
}

constexpr const char* kServerHint = "write 192.0.2.53, or 192.0.2.53@5353 where it is not port 53";

std::vector<ResolverSpec::Stub> read_stubs(const Node& section, Faults& faults) {
  std::vector<std::string> zones;
  for (const Node::Entry& entry : section.entries()) zones.push_back(entry.key);
  MapReader reader(section, "stubs of resolver", zones, faults);
  std::vector<ResolverSpec::Stub> stubs;
  for (const Node::Entry& entry : section.entries()) {
    if (!is_zone(entry.key))
      faults.add(entry.key_mark, "resolver.value",
                 "\"" + printable_line(entry.key, 80) + "\" is no name of a zone");
    auto servers = texts(reader, entry.key, is_server, "address of a server", kServerHint);
    if (!servers || servers->empty())
      faults.add(entry.key_mark, "resolver.value",
                 "the stub \"" + printable_line(entry.key, 80) + "\" names no server", kServerHint);
    else
      stubs.push_back({entry.key == "." ? "" : entry.key, std::move(*servers)});
  }
  return stubs;
}

}  // namespace

ResolverSpec read_resolver(const Node& section, Faults& faults) {
  static const std::vector<std::string> keys = {"forwarders",    "stubs",          "root_hints",
                                                "trust_anchors", "insecure_zones", "ask_for"};
  MapReader reader(section, "resolver", keys, faults);
  ResolverSpec spec;
  spec.forwarders = texts(reader, "forwarders", is_server, "address of a server", kServerHint);
  spec.insecure_zones = texts(reader, "insecure_zones", is_zone, "name of a zone", "write example.org");
  spec.ask_for = texts(reader, "ask_for", is_zone, "name of a zone", "write 100.51.198.in-addr.arpa");
  if (reader.find("trust_anchors")) spec.trust_anchors = reader.texts("trust_anchors");
  if (const auto path = reader.typed("root_hints", ScalarType::path))
    spec.root_hints = *path->get<std::string>();
  if (const Node* stubs = reader.find("stubs")) spec.stubs = read_stubs(*stubs, faults);
  return spec;
}

}  // namespace mxodus
