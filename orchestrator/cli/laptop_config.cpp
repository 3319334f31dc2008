#include "orchestrator/cli/laptop_config.h"

#include "orchestrator/core/file.h"
#include "orchestrator/playbook/map_reader.h"
#include "orchestrator/playbook/sections.h"
#include "orchestrator/playbook/yaml_reader.h"

namespace mxodus {
namespace {

constexpr std::size_t config_limit = 64u << 10;

template <class T>
void take(T& setting, const std::optional<T>& of_playbook, const std::optional<T>& of_laptop) {
  if (of_playbook || of_laptop) setting = of_playbook ? *of_playbook : *of_laptop;
}

}  // namespace

Result<LaptopConfig> read_laptop_config(const std::filesystem::path& file) {
  static const std::vector<std::string> keys = {"plan_max_age", "resolver"};
  auto text = read_file(file, config_limit);
  if (!text && text.error().kind == ErrorKind::not_found) return LaptopConfig();
  if (!text) return tl::unexpected(text.error());
  Faults faults(file.string());
  LaptopConfig config;
  if (const auto root = read_yaml(*text, faults)) {
    MapReader reader(*root, "this file", keys, faults);
    if (const Node* resolver = reader.find("resolver")) config.resolver = read_resolver(*resolver, faults);
    if (const auto age = reader.quantity<Duration>("plan_max_age", ScalarType::duration))
      config.plan_max_age = *age;
  }
  if (!faults.empty()) return tl::unexpected(faults.take().front());
  return config;
}

ResolverSettings resolver_settings(const ResolverSpec& of_playbook, const ResolverSpec& of_laptop) {
  ResolverSettings settings;
  take(settings.forwarders, of_playbook.forwarders, of_laptop.forwarders);
  take(settings.root_hints, of_playbook.root_hints, of_laptop.root_hints);
  take(settings.trust_anchors, of_playbook.trust_anchors, of_laptop.trust_anchors);
  take(settings.insecure_zones, of_playbook.insecure_zones, of_laptop.insecure_zones);
  take(settings.ask_for, of_playbook.ask_for, of_laptop.ask_for);
  const auto& stubs = of_playbook.stubs ? of_playbook.stubs : of_laptop.stubs;
  for (const ResolverSpec::Stub& stub : stubs.value_or(std::vector<ResolverSpec::Stub>()))
    settings.stubs.push_back({stub.zone, stub.servers});
  return settings;
}

}  // namespace mxodus
