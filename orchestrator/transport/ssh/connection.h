#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "orchestrator/core/clock.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/transport/host.h"
#include "orchestrator/transport/host_spec.h"
#include "orchestrator/transport/ssh/channel.h"
#include "orchestrator/transport/ssh/client_config.h"
#include "orchestrator/transport/ssh/libssh.h"
#include "orchestrator/transport/stream.h"
#include "orchestrator/transport/timing.h"

namespace mxodus {

/// A logged-in SSH connection. One I/O thread owns the session and all its channels; every other thread posts
/// wishes to it and gets plain descriptors, so that nobody else ever calls libssh. Any thread.
class SshConnection {
 public:
  /// Connects and logs in, through jump hosts where the configuration says so. Errors are those of dial(),
  /// check_host_key() and authenticate().
  static Result<std::shared_ptr<SshConnection>> open(const HostSpec& spec, const Timing& timing,
                                                     const Clock& clock, const Deadline& deadline);
  ~SshConnection();

  /// Begins `command_line` (for the user's login shell). At most 4 at a time, or as few as the server allows:
  /// beyond that `refused` "ssh.sessions" at once. Dropping the stream ends its stdin, not the program.
  Result<ProgramStream> start_program(const std::string& command_line, const Deadline& deadline);

  /// A TCP connection from there (direct-tcpip), at most 32 at a time. Errors as at HostReader::dial.
  Result<UniqueFd> dial(const Endpoint& endpoint, const Deadline& deadline);

  /// Ends it: what is in flight has no answer.
  void close();
  /// False once the peer hung up or did not answer a ping; then nothing is in flight any more.
  bool alive() const { return !ended_; }
  const HostIdentity& identity() const { return identity_; }
  const std::string& user() const { return user_; }

 private:
  static Result<std::shared_ptr<SshConnection>> open_hop(const HostSpec& spec, const Timing& timing,
                                                         const Clock& clock, const Deadline& deadline,
                                                         int hops_left);
  SshConnection(SshSession session, UniqueFd wake, HostIdentity identity, std::string user,
                const Timing& timing, const Clock& clock, std::shared_ptr<SshConnection> jump);

  struct Wish {
    ChannelPurpose purpose;
    UniqueFd io, err;
    std::shared_ptr<ChannelAnswer> answer;
    std::shared_ptr<StreamEnd> end;
  };

  void post(Wish wish);
  void serve(const std::stop_token& stop);
  void wait_for_work();
  void admit_wishes();
  void settle_denials();
  void step_channels();
  /// Asks a silent peer whether it is there. The reason why it is taken for dead, or empty.
  std::string check_pulse();
  void end(const std::string& reason);
  std::size_t count(bool programs) const;

  const HostIdentity identity_;
  const std::string user_;
  const Timing timing_;
  const Clock& clock_;
  const std::shared_ptr<SshConnection> jump_;  ///< carries our bytes; outlives our thread

  std::mutex wishes_mutex_;
  std::list<Wish> wishes_;
  UniqueFd wake_;
  std::atomic<bool> ended_{false};

  // All below belongs to the I/O thread.
  SshSession session_;
  SshEvent event_;
  ssh_counter_struct packets_{};
  std::list<std::unique_ptr<Channel>> channels_;
  std::list<std::unique_ptr<Channel>> to_ask_again_;  ///< refused together with others
  const Channel* asked_alone_ = nullptr;
  std::size_t max_programs_ = 4;
  std::uint64_t packets_seen_ = 0;
  std::chrono::milliseconds last_heard_{0};
  std::chrono::milliseconds asleep_{0};  ///< boottime ahead of monotonic
  std::optional<std::chrono::milliseconds> pinged_at_;
  std::chrono::milliseconds ping_deadline_{0};

  std::jthread thread_;  ///< last: it ends before anything else goes
};

}  // namespace mxodus
