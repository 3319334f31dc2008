#pragma once

#include <map>
#include <string>
#include <string_view>

#include "orchestrator/step_api/context.h"
#include "orchestrator/step_api/step_type.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_dns.h"
#include "tests/support/fake_http.h"

namespace mxodus {

/// All that a step type may use, arranged by a test: parameters from a literal, hosts, a DNS and an HTTP of
/// its own, a clock that stands still, and the evidence that was kept.
///
///     FakeContext context(*type, R"({"path": "/var/vmail", "owner": "vmail"})");
///     context.use_host(new_mx);
///     const auto found = type->probe(context);
class FakeContext final : public StepContext {
 public:
  /// `with` is the JSON of what would stand under `with:`, bound to the declaration of `type`. Faults of it
  /// are a mistake of the test and abort with all of them.
  FakeContext(const StepType& type, std::string_view with);

  /// A host of the playbook, found by its name().
  void add_host(HostReader& host);
  /// The same, and it is the step's `host:`.
  void use_host(HostReader& host);
  /// The same, and it is the step's `from:`.
  void look_from(HostReader& host);
  void add_secret(const std::string& name, std::string bytes) { secrets_[name] = std::move(bytes); }
  void set_deadline(Deadline deadline) { deadline_ = std::move(deadline); }

  Resources& resources() { return resources_; }
  FakeDns& fake_dns() { return dns_; }
  FakeHttp& fake_http() { return http_; }
  FakeClock& fake_clock() { return clock_; }
  /// Name -> what was kept under it last.
  const std::map<std::string, std::string>& evidence() const { return evidence_; }

  const Params& params() const override { return params_; }
  const Resources& resources() const override { return resources_; }
  bool has_host() const override { return host_ != nullptr; }
  HostReader& host() override;
  Result<HostReader*> host_named(const std::string& name) override;
  HostReader& vantage() override;
  HttpClient& http() override { return http_; }
  DnsAsker& dns() override { return dns_; }
  Result<SecretText> secret(const SecretRef& ref) override;
  const Clock& clock() const override { return clock_; }
  const Deadline& deadline() const override { return deadline_; }
  void keep_evidence(const std::string& name, std::string_view content) override;

 private:
  Params params_;
  Resources resources_;
  std::map<std::string, HostReader*> hosts_;
  HostReader* host_ = nullptr;
  HostReader* vantage_ = nullptr;
  std::map<std::string, std::string> secrets_;
  FakeDns dns_;
  FakeHttp http_;
  FakeClock clock_;
  Deadline deadline_{std::chrono::seconds(60)};
  std::map<std::string, std::string> evidence_;
};

}  // namespace mxodus
