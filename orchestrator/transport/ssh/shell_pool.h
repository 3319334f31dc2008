#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/transport/host_spec.h"
#include "orchestrator/transport/shell.h"
#include "orchestrator/transport/ssh/connection.h"
#include "orchestrator/transport/timing.h"

namespace mxodus {

/// The shells of one connection, begun as they are needed: three at most, which leaves a session channel free
/// to end what hangs, or as few as the server allows. A shell serves one batch at a time; callers wait their
/// turn. Any thread.
class ShellPool {
 public:
  ShellPool(HostSpec spec, Timing timing, std::shared_ptr<SshConnection> connection)
      : spec_(std::move(spec)), timing_(timing), connection_(std::move(connection)) {}

  /// Runs `tasks` in one round trip. What did not end in time is killed on the host: TERM to its process
  /// group, KILL after `kill_grace`. The error says why no shell could be had; nothing was begun then.
  Result<std::vector<CommandResult>> run(std::span<const ShellTask> tasks, const Deadline& deadline);
  /// The same for what only reads: where the connection went before an answer came, the error is
  /// `unreachable` "ssh.lost-meanwhile".
  Result<std::vector<CommandResult>> look(std::span<const ShellTask> tasks, const Deadline& deadline);

  SshConnection& connection() const { return *connection_; }

 private:
  Result<Shell> take(const Deadline& deadline);
  Result<Shell> start(const Deadline& deadline);
  void give_back(Shell shell);
  void forget_one();
  void kill_group(int process_group);
  std::string by_sudo(const std::string& command_line) const;

  const HostSpec spec_;
  const Timing timing_;
  const std::shared_ptr<SshConnection> connection_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Shell> idle_;
  std::size_t existing_ = 0;  ///< idle, lent, or being started
  std::size_t limit_ = 3;
};

}  // namespace mxodus
