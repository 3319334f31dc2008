#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "orchestrator/core/clock.h"
#include "orchestrator/transport/host.h"
#include "orchestrator/transport/host_spec.h"
#include "orchestrator/transport/ssh/shell_pool.h"
#include "orchestrator/transport/timing.h"

namespace mxodus {

/// A host reached by SSH through libssh. Connects at the first call and again at the first call after a
/// connection was lost; what was in flight then is not repeated: what only reads is `unreachable`, what acts
/// has no answer. Any thread, several at a time.
class SshHost final : public Host {
 public:
  explicit SshHost(HostSpec spec, Timing timing = {}, const Clock& clock = system_clock())
      : spec_(std::move(spec)), timing_(timing), clock_(clock) {}

  const std::string& name() const override { return spec_.name; }
  Result<HostIdentity> identify(const Deadline& deadline) override;
  Result<CommandResult> read(const Command& command, const Deadline& deadline) override;
  Result<std::vector<CommandResult>> read_all(std::span<const Command> commands,
                                              const Deadline& deadline) override;
  Result<CommandResult> read_script(const std::string& script, const Deadline& deadline) override;
  Result<UniqueFd> dial(const Endpoint& endpoint, const Deadline& deadline) override;
  Result<CommandResult> run_script(const std::string& script, const std::string& input,
                                   const Deadline& deadline) override;
  void disconnect() override;

 private:
  Result<std::shared_ptr<ShellPool>> connected(const Deadline& deadline);
  using Asking = Result<std::vector<CommandResult>> (ShellPool::*)(std::span<const ShellTask>,
                                                                   const Deadline&);
  Result<std::vector<CommandResult>> run(Asking asking, std::span<const ShellTask> tasks,
                                         const Deadline& deadline);
  Result<CommandResult> run_one(Asking asking, const ShellTask& task, const Deadline& deadline);
  bool has_just_answered();

  const HostSpec spec_;
  const Timing timing_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any connecting_ended_;
  bool connecting_ = false;                               ///< somebody does, the others wait
  std::optional<std::chrono::milliseconds> answered_at_;  ///< on the monotonic clock
  std::shared_ptr<ShellPool> shells_;
};

}  // namespace mxodus
