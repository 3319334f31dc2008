#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/dns/vantage_asker.h"
#include "orchestrator/plan/environment.h"
#include "orchestrator/plan/redacted_reader.h"
#include "orchestrator/step_api/context.h"

namespace mxodus {

/// Where a step stands: its host and its vantage, by their names in the playbook; empty for none.
struct Standpoint {
  std::string host;
  std::string vantage;
};

/// The context of one attempt of one item. Used by one worker thread; evidence is handed over with
/// take_evidence().
class AttemptContext final : public StepContext {
 public:
  AttemptContext(const Environment& environment, Params params, Standpoint standpoint, Deadline deadline);

  const Params& params() const override { return params_; }
  const Resources& resources() const override { return environment_.resources; }
  bool has_host() const override { return !standpoint_.host.empty(); }
  HostReader& host() override;
  Result<HostReader*> host_named(const std::string& name) override;
  HostReader& vantage() override;
  HttpClient& http() override { return environment_.http; }
  DnsAsker& dns() override;
  Result<SecretText> secret(const SecretRef& ref) override { return environment_.secrets.resolve(ref.name); }
  const Clock& clock() const override { return environment_.clock; }
  const Deadline& deadline() const override { return deadline_; }
  void keep_evidence(const std::string& name, std::string_view content) override;

  std::vector<KeptEvidence> take_evidence() { return std::move(evidence_); }

 private:
  HostReader& reader_of(Host& host);

  const Environment& environment_;
  Params params_;
  Standpoint standpoint_;
  Deadline deadline_;
  std::optional<VantageAsker> dns_there_;  ///< where the step has a vantage
  std::map<const Host*, RedactedReader> readers_;
  std::vector<KeptEvidence> evidence_;
};

}  // namespace mxodus
