#include "orchestrator/plan/resources_of.h"

#include "orchestrator/playbook/template.h"

namespace mxodus {
namespace {

/// The settings of one entry, taken out one by one; what is left are the engine's own options.
class Settings {
 public:
  Settings(const Playbook& playbook, const ResourceSpec& spec, ValueMap values)
      : playbook_(playbook), spec_(spec), values_(std::move(values)) {}

  Result<std::string> text(const std::string& key, bool required) {
    auto node = values_.extract(key);
    if (node.empty()) {
      if (!required) return std::string();
      return wrong("`" + key + "` is missing");
    }
    const auto* held = node.mapped().get<std::string>();
    return held ? Result<std::string>(*held) : wrong("`" + key + "` is to be a text");
  }

  Result<std::optional<SecretRef>> secret(const std::string& key) {
    auto node = values_.extract(key);
    if (node.empty()) return std::optional<SecretRef>();
    const auto* held = node.mapped().get<SecretRef>();
    if (!held) return wrong("`" + key + "` is to be a secret", "write \"${secrets.NAME}\"");
    return std::optional<SecretRef>(*held);
  }

  ValueMap rest() { return std::move(values_); }

 private:
  tl::unexpected<Error> wrong(const std::string& what, std::string hint = {}) const {
    Error error{ErrorKind::invalid,       "playbook.resource", spec_.name + ": " + what, {},
                playbook_.at(spec_.mark), std::move(hint)};
    return tl::unexpected(std::move(error));
  }

  const Playbook& playbook_;
  const ResourceSpec& spec_;
  ValueMap values_;
};

Result<Settings> settings_of(const Playbook& playbook, const ResourceSpec& spec, const Scope& scope) {
  auto value = evaluate(spec.settings, scope);
  if (!value) return tl::unexpected(value.error());
  const auto* map = value->get<ValueMap>();
  return Settings(playbook, spec, map ? *map : ValueMap());
}

Result<Repository> repository_of(const std::string& name, Settings settings) {
  auto url = settings.text("restic", true);
  if (!url) return tl::unexpected(url.error());
  auto password = settings.secret("password");
  if (!password) return tl::unexpected(password.error());
  return Repository{name, "restic", std::move(*url), std::move(*password), settings.rest()};
}

Result<Zone> zone_of(const std::string& name, Settings settings) {
  auto provider = settings.text("provider", true);
  if (!provider) return tl::unexpected(provider.error());
  auto zone = settings.text("zone", true);
  if (!zone) return tl::unexpected(zone.error());
  auto token = settings.secret("token");
  if (!token) return tl::unexpected(token.error());
  if (zone->ends_with('.')) zone->pop_back();
  return Zone{name, std::move(*provider), std::move(*zone), std::move(*token), settings.rest()};
}

Result<Account> account_of(const std::string& name, Settings settings) {
  auto address = settings.text("address", true);
  if (!address) return tl::unexpected(address.error());
  auto host = settings.text("host", false);
  if (!host) return tl::unexpected(host.error());
  auto password = settings.secret("password");
  if (!password) return tl::unexpected(password.error());
  return Account{name, std::move(*address), std::move(*host), std::move(*password), settings.rest()};
}

template <class T, class Make>
Result<void> fill(std::map<std::string, T>& entries, const std::vector<ResourceSpec>& specs,
                  const Playbook& playbook, const Scope& scope, const Make& make) {
  for (const ResourceSpec& spec : specs) {
    auto settings = settings_of(playbook, spec, scope);
    if (!settings) return tl::unexpected(settings.error());
    auto made = make(spec.name, std::move(*settings));
    if (!made) return tl::unexpected(made.error());
    entries.emplace(spec.name, std::move(*made));
  }
  return {};
}

}  // namespace

Result<Resources> resources_of(const Playbook& playbook, const ValueMap& inputs) {
  const Value input_values(inputs);
  const Value hosts = hosts_value(playbook);
  const Scope scope{&input_values, &hosts, nullptr, nullptr, nullptr};
  Resources resources;
  for (const HostEntry& host : playbook.hosts)
    resources.hosts.emplace(host.spec.name, PublicFace{host.spec.ipv4, host.spec.ipv6, host.spec.helo});
  if (auto done = fill(resources.repositories, playbook.repositories, playbook, scope, repository_of); !done)
    return tl::unexpected(done.error());
  if (auto done = fill(resources.zones, playbook.dns, playbook, scope, zone_of); !done)
    return tl::unexpected(done.error());
  if (auto done = fill(resources.accounts, playbook.accounts, playbook, scope, account_of); !done)
    return tl::unexpected(done.error());
  return resources;
}

}  // namespace mxodus
