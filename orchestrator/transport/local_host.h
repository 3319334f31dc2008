#pragma once

#include <atomic>

#include "orchestrator/transport/host.h"
#include "orchestrator/transport/host_spec.h"

namespace mxodus {

/// The laptop itself, asked in the same words as any other host, without SSH. Every command is a process of
/// its own. Any thread.
class LocalHost final : public Host {
 public:
  explicit LocalHost(HostSpec spec) : spec_(std::move(spec)) {}

  const std::string& name() const override { return spec_.name; }
  Result<HostIdentity> identify(const Deadline& deadline) override;
  Result<CommandResult> read(const Command& command, const Deadline& deadline) override;
  Result<std::vector<CommandResult>> read_all(std::span<const Command> commands,
                                              const Deadline& deadline) override;
  Result<CommandResult> read_script(const std::string& script, const Deadline& deadline) override;
  Result<UniqueFd> dial(const Endpoint& endpoint, const Deadline& deadline) override;
  Result<CommandResult> run_script(const std::string& script, const std::string& input,
                                   const Deadline& deadline) override;
  void disconnect() override {}

 private:
  /// Runs `command` with the rights that the playbook says.
  Result<CommandResult> run(Command command, const Deadline& deadline);
  /// A refusal of sudo looks like exit status 1 of the command: asked apart, once.
  Result<void> check_sudo(const Deadline& deadline);

  const HostSpec spec_;
  std::atomic<bool> sudo_allowed_{false};
};

}  // namespace mxodus
