#include "orchestrator/cli/session.h"

#include <map>
#include <mutex>

#include "orchestrator/cli/prompt.h"
#include "orchestrator/core/file.h"
#include "orchestrator/dns/unbound_asker.h"
#include "orchestrator/http/curl_http_client.h"
#include "orchestrator/jobs/host_jobs.h"
#include "orchestrator/plan/resources_of.h"
#include "orchestrator/transport/host_pool.h"
#include "orchestrator/transport/local_host.h"

namespace mxodus {
namespace {

std::vector<HostSpec> specs_of(const Playbook& playbook) {
  std::vector<HostSpec> specs;
  for (const HostEntry& entry : playbook.hosts) specs.push_back(entry.spec);
  return specs;
}

SecretSource source_of(const SecretSpec& spec) {
  switch (spec.source) {
    case SecretSpec::Source::file:
      return SecretFile{spec.from};
    case SecretSpec::Source::env:
      return SecretEnv{spec.from};
    case SecretSpec::Source::command:
      return SecretCommand{spec.command};
    case SecretSpec::Source::prompt:
      break;
  }
  return SecretPrompt{spec.from};
}

std::map<std::string, SecretSource> sources_of(const Playbook& playbook) {
  std::map<std::string, SecretSource> sources;
  for (const SecretSpec& spec : playbook.secrets) sources.emplace(spec.name, source_of(spec));
  return sources;
}

/// Hosts of the playbook from the pool, each with its jobs.
class PlaybookHosts final : public HostDirectory {
 public:
  explicit PlaybookHosts(std::vector<HostSpec> specs) : pool_(std::move(specs)), laptop_(laptop_spec()) {}

  Host* host(const std::string& name) override {
    auto found = pool_.find(name);
    return found ? *found : nullptr;
  }

  Jobs* jobs(const std::string& name) override {
    Host* found = host(name);
    if (!found) return nullptr;
    const std::lock_guard lock(mutex_);
    std::unique_ptr<HostJobs>& jobs = jobs_[name];
    if (!jobs) jobs = std::make_unique<HostJobs>(*found, enter_of(name));
    return jobs.get();
  }

  Host& laptop() override { return laptop_; }
  void disconnect() { pool_.disconnect_all(); }

 private:
  static HostSpec laptop_spec() {
    HostSpec spec;
    spec.name = "this laptop";
    spec.local = true;
    return spec;
  }
  std::vector<std::string> enter_of(const std::string& name) const {
    for (const HostSpec& spec : pool_.specs())
      if (spec.name == name) return spec.enter;
    return {};
  }

  HostPool pool_;
  LocalHost laptop_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<HostJobs>> jobs_;
};

class OpenSession final : public Session {
 public:
  OpenSession(const Playbook& playbook, const Catalog& catalog, Resources resources, LaptopConfig config,
              UnboundAsker dns, bool may_prompt)
      : config_(std::move(config)),
        secrets_(sources_of(playbook), process_redactor(), terminal_prompt(may_prompt)),
        hosts_(specs_of(playbook)),
        dns_(std::move(dns)),
        environment_{catalog,        hosts_,
                     http_,          dns_,
                     secrets_,       process_redactor(),
                     system_clock(), std::move(resources)} {}

  const Environment& environment() const override { return environment_; }
  const LaptopConfig& config() const override { return config_; }
  const Redactor& redactor() const override { return environment_.redactor; }
  void disconnect() override { hosts_.disconnect(); }

 private:
  LaptopConfig config_;
  SecretStore secrets_;
  PlaybookHosts hosts_;
  CurlHttpClient http_;
  UnboundAsker dns_;
  Environment environment_;
};

}  // namespace

Redactor& process_redactor() {
  static Redactor redactor;
  return redactor;
}

Result<std::unique_ptr<Session>> Session::open(const Playbook& playbook, const ValueMap& inputs,
                                               const Catalog& catalog, bool may_prompt) {
  auto config = read_laptop_config(config_directory() / "config.yaml");
  if (!config) return tl::unexpected(config.error());
  auto resources = resources_of(playbook, inputs);
  if (!resources) return tl::unexpected(resources.error());
  auto dns = UnboundAsker::open(resolver_settings(playbook.resolver, config->resolver));
  if (!dns) return tl::unexpected(dns.error());
  return std::make_unique<OpenSession>(playbook, catalog, std::move(*resources), std::move(*config),
                                       std::move(*dns), may_prompt);
}

}  // namespace mxodus
