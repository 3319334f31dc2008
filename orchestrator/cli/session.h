#pragma once

#include <memory>
#include <string>

#include "orchestrator/cli/laptop_config.h"
#include "orchestrator/core/redactor.h"
#include "orchestrator/core/secret_store.h"
#include "orchestrator/plan/environment.h"
#include "orchestrator/playbook/playbook.h"

namespace mxodus {

/// Knows the secrets that this process has resolved, in whichever session: errors outlive theirs.
Redactor& process_redactor();

/// Everything that the steps of one playbook may reach, put together: hosts and their jobs, HTTP, DNS,
/// secrets. Makes no connection by itself. The only place that knows which room is behind which interface.
class Session {
 public:
  /// `invalid` for a setting of the playbook or of this laptop that cannot be used.
  static Result<std::unique_ptr<Session>> open(const Playbook& playbook, const ValueMap& inputs,
                                               const Catalog& catalog, bool may_prompt);

  virtual ~Session() = default;
  virtual const Environment& environment() const = 0;
  virtual const LaptopConfig& config() const = 0;
  virtual const Redactor& redactor() const = 0;
  /// Ends every connection.
  virtual void disconnect() = 0;
};

}  // namespace mxodus
