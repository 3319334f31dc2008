#pragma once

#include <poll.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/unique_fd.h"
#include "orchestrator/transport/host.h"
#include "orchestrator/transport/ssh/libssh.h"
#include "orchestrator/transport/stream.h"

namespace mxodus {

/// What a channel is to carry: a program, by its command line, or a TCP connection from there.
using ChannelPurpose = std::variant<std::string, Endpoint>;

/// The answer to a wish for a channel, given by the I/O thread to the caller that waits for it.
class ChannelAnswer {
 public:
  void give(Result<void> answer);
  /// What was given; `no_answer` "ssh.channel-silent" at the deadline. The wish is then abandoned.
  Result<void> wait(const Deadline& deadline);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any given_;
  std::optional<Result<void>> answer_;
};

/// One SSH channel, its bytes moved to and from local descriptors. Lives on the I/O thread of its connection.
class Channel {
 public:
  /// `io` and `err` are our ends of the caller's descriptors (no `err` for TCP), non-blocking.
  Channel(ssh_session session, ChannelPurpose purpose, UniqueFd io, UniqueFd err,
          std::shared_ptr<ChannelAnswer> answer, std::shared_ptr<StreamEnd> end);
  /// Leaves nothing behind that libssh could call back.
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  bool is_program() const { return std::holds_alternative<std::string>(purpose_); }
  /// Moves on as far as it can without waiting. Whether anything moved.
  bool step();
  bool finished() const { return state_ == State::finished; }
  bool opening() const { return state_ == State::opening; }
  /// Adds what to wait for, at most two descriptors.
  void add_waits(std::vector<pollfd>& waits) const;
  /// The connection is gone: whoever waits learns why.
  void lose(const std::string& reason);

  /// Whether the server refused to open it. The reason is in the session, and of several refusals in one
  /// round only the last one's: then the connection asks again, one by one.
  bool denied() const { return state_ == State::denied; }
  /// Gives the caller `refused` "ssh.denied" with what was `said`.
  void settle_denial(const std::string& said);
  void ask_again();

 private:
  enum class State { opening, requesting, open, denied, finished };

  bool step_opening();
  bool step_requesting();
  bool step_open();
  bool receive();
  bool send_on();
  bool deliver(std::string& pending, UniqueFd& fd);
  bool caller_hung_up() const;
  void finish(Outcome outcome);
  void make_handle();
  void drop_handle();

  static void on_close(ssh_session, ssh_channel, void* self);
  static void on_exit_status(ssh_session, ssh_channel, int status, void* self);
  static void on_exit_signal(ssh_session, ssh_channel, const char* name, int, const char*, const char*,
                             void* self);

  ssh_session session_;
  const ChannelPurpose purpose_;
  ssh_channel handle_ = nullptr;
  ssh_channel_callbacks_struct callbacks_{};
  State state_ = State::opening;
  UniqueFd io_, err_;
  std::shared_ptr<ChannelAnswer> answer_;
  std::shared_ptr<StreamEnd> end_;
  std::string to_io_, to_err_;  ///< received, not yet taken by the caller
  std::string to_remote_;       ///< from the caller, not yet taken by the window
  bool caller_gone_ = false;
  bool caller_eof_ = false;
  bool eof_sent_ = false;
  bool eof_delivered_ = false;
  bool close_sent_ = false;
  bool remote_closed_ = false;
  std::optional<Outcome> outcome_;
};

}  // namespace mxodus
