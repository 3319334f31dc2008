#pragma once

#include <string>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/redactor.h"
#include "orchestrator/core/secret_store.h"
#include "orchestrator/jobs/job.h"
#include "orchestrator/step_api/resources.h"
#include "orchestrator/step_api/step_type.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// The hosts of a playbook, by name. What it hands out lives as long as the directory; any thread may ask.
class HostDirectory {
 public:
  virtual ~HostDirectory() = default;
  /// nullptr where the playbook has no host of that name. Makes no connection.
  virtual Host* host(const std::string& name) = 0;
  /// The jobs of that host; nullptr as above.
  virtual Jobs* jobs(const std::string& name) = 0;
  /// Where mxodus runs: the vantage of steps without `from:`.
  virtual Host& laptop() = 0;
};

/// All that steps of one playbook may reach, put together once by the command line. Outlives planner and
/// executor.
struct Environment {
  const Catalog& catalog;
  HostDirectory& hosts;
  HttpClient& http;
  DnsAsker& dns;
  SecretStore& secrets;
  const Redactor& redactor;
  const Clock& clock;
  Resources resources;
};

}  // namespace mxodus
