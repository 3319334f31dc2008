#pragma once

#include "orchestrator/core/redactor.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// A host as steps read it: no secret that mxodus has sent there comes back in what it says. `there` and
/// `redactor` must outlive it.
class RedactedReader final : public HostReader {
 public:
  RedactedReader(HostReader& there, const Redactor& redactor) : there_(there), redactor_(redactor) {}

  const std::string& name() const override { return there_.name(); }
  Result<HostIdentity> identify(const Deadline& deadline) override;
  Result<CommandResult> read(const Command& command, const Deadline& deadline) override;
  Result<std::vector<CommandResult>> read_all(std::span<const Command> commands,
                                              const Deadline& deadline) override;
  Result<CommandResult> read_script(const std::string& script, const Deadline& deadline) override;
  Result<UniqueFd> dial(const Endpoint& endpoint, const Deadline& deadline) override;

 private:
  template <class T>
  Result<T> cleaned(Result<T> answer) const;

  HostReader& there_;
  const Redactor& redactor_;
};

}  // namespace mxodus
