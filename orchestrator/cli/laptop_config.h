#pragma once

#include <filesystem>

#include "orchestrator/core/quantity.h"
#include "orchestrator/core/result.h"
#include "orchestrator/dns/resolver_settings.h"
#include "orchestrator/playbook/resolver_spec.h"

namespace mxodus {

/// What belongs to this laptop and to no playbook: `config.yaml` in the configuration directory.
struct LaptopConfig {
  ResolverSpec resolver;
  Duration plan_max_age{std::chrono::hours(24)};
};

/// The defaults where there is no such file; `invalid` with the place where it cannot be understood.
Result<LaptopConfig> read_laptop_config(const std::filesystem::path& file);

/// Each setting as the playbook has it, else as the laptop has it, else as it is by itself.
ResolverSettings resolver_settings(const ResolverSpec& of_playbook, const ResolverSpec& of_laptop);

}  // namespace mxodus
