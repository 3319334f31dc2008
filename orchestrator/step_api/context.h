#pragma once

#include <string>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/secret.h"
#include "orchestrator/step_api/params.h"
#include "orchestrator/step_api/resources.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

class HttpClient;
class DnsAsker;
class JobFiles;

/// What a step type may use while it looks or acts. Made by the engine for one attempt of one item; used by
/// one worker thread. Every call is bounded by deadline().
class StepContext {
 public:
  virtual ~StepContext() = default;

  virtual const Params& params() const = 0;
  virtual const Resources& resources() const = 0;

  /// Whether the step has a `host:`; for types that declare HostUse::optional.
  virtual bool has_host() const = 0;
  /// The step's `host:`. Aborts where the step has none: types that need one declare HostUse::required.
  virtual HostReader& host() = 0;
  /// Another host of the playbook, for a `place`. `not_found` where there is none of that name.
  virtual Result<HostReader*> host_named(const std::string& name) = 0;
  /// Where network checks are made from: `from:`, else the laptop.
  virtual HostReader& vantage() = 0;

  virtual HttpClient& http() = 0;
  virtual DnsAsker& dns() = 0;

  /// The bytes of a secret, at the moment of use. `refused` where it cannot be had now (a prompt without a
  /// terminal).
  virtual Result<SecretText> secret(const SecretRef& ref) = 0;

  virtual const Clock& clock() const = 0;
  virtual const Deadline& deadline() const = 0;

  /// Keeps what was seen, under a name that says what it is ("restic-snapshots.json"). Redacted, compressed
  /// and durable before the attempt's result; beyond 1 MiB an attempt the middle is cut.
  virtual void keep_evidence(const std::string& name, std::string_view content) = 0;
};

}  // namespace mxodus
