#include "orchestrator/transport/ssh/channel.h"

#include <unistd.h>

#include <array>
#include <cerrno>

#include <sys/socket.h>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

constexpr std::size_t chunk_size = 64 * 1024;

}  // namespace

void ChannelAnswer::give(Result<void> answer) {
  const std::lock_guard lock(mutex_);
  if (answer_) return;
  answer_ = std::move(answer);
  given_.notify_all();
}

Result<void> ChannelAnswer::wait(const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  given_.wait_for(lock, deadline.stop_token(), deadline.left(), [&] { return answer_.has_value(); });
  if (answer_) return *answer_;
  if (deadline.stopped())
    return fail(ErrorKind::cancelled, "ssh.stopped", "stopped while waiting for the SSH server");
  return fail(ErrorKind::no_answer, "ssh.channel-silent", "the SSH server did not open a channel in time");
}

Channel::Channel(ssh_session session, ChannelPurpose purpose, UniqueFd io, UniqueFd err,
                 std::shared_ptr<ChannelAnswer> answer, std::shared_ptr<StreamEnd> end)
    : session_(session),
      purpose_(std::move(purpose)),
      io_(std::move(io)),
      err_(std::move(err)),
      answer_(std::move(answer)),
      end_(std::move(end)) {
  ssh_callbacks_init(&callbacks_);
  callbacks_.userdata = this;
  callbacks_.channel_close_function = on_close;
  callbacks_.channel_exit_status_function = on_exit_status;
  callbacks_.channel_exit_signal_function = on_exit_signal;
  make_handle();
}

Channel::~Channel() {
  drop_handle();
}

void Channel::make_handle() {
  handle_ = ssh_channel_new(session_);
  if (handle_) ssh_set_channel_callbacks(handle_, &callbacks_);
}

void Channel::drop_handle() {
  if (!handle_) return;
  // libssh keeps a freed channel until the peer has closed it too: it must not call us by then.
  ssh_remove_channel_callbacks(handle_, &callbacks_);
  ssh_channel_free(handle_);
  handle_ = nullptr;
}

void Channel::on_exit_status(ssh_session, ssh_channel, int status, void* self) {
  static_cast<Channel*>(self)->outcome_ = Exited{status};
}

// Until the peer has closed it too, a channel counts against the server's MaxSessions.
void Channel::on_close(ssh_session, ssh_channel, void* self) {
  static_cast<Channel*>(self)->remote_closed_ = true;
}

void Channel::on_exit_signal(ssh_session, ssh_channel, const char* name, int, const char*, const char*,
                             void* self) {
  static_cast<Channel*>(self)->outcome_ = Signalled{printable_line(name ? name : "?", 32)};
}

bool Channel::step() {
  switch (state_) {
    case State::opening:
      return step_opening();
    case State::requesting:
      return step_requesting();
    case State::open:
      return step_open();
    case State::denied:
    case State::finished:
      return false;
  }
  return false;
}

bool Channel::step_opening() {
  int result = SSH_ERROR;
  if (handle_ && is_program()) {
    result = ssh_channel_open_session(handle_);
  } else if (handle_) {
    const auto& endpoint = std::get<Endpoint>(purpose_);
    result = ssh_channel_open_forward(handle_, endpoint.host.c_str(), endpoint.port, "127.0.0.1", 0);
  }
  if (result == SSH_AGAIN) return false;
  if (result != SSH_OK) {
    state_ = State::denied;
    return true;
  }
  state_ = is_program() ? State::requesting : State::open;
  if (state_ == State::open) answer_->give({});
  return true;
}

bool Channel::step_requesting() {
  const int result = ssh_channel_request_exec(handle_, std::get<std::string>(purpose_).c_str());
  if (result == SSH_AGAIN) return false;
  if (result == SSH_OK) {
    state_ = State::open;
    answer_->give({});
  } else {
    answer_->give(fail(ErrorKind::refused, "ssh.exec", "the SSH server does not let this user run commands"));
    finish(NoAnswer{"the SSH server refused to run the command"});
  }
  return true;
}

/// Writes `pending` to the caller; true when something went.
bool Channel::deliver(std::string& pending, UniqueFd& fd) {
  if (pending.empty()) return false;
  const ssize_t sent =
      fd ? ::send(fd.get(), pending.data(), pending.size(), MSG_NOSIGNAL | MSG_DONTWAIT) : -1;
  if (sent < 0 && fd && (errno == EAGAIN || errno == EINTR)) return false;
  if (sent < 0) {
    pending.clear();  // the caller has gone: read on, or the window of the other channels' peer fills up
    return true;
  }
  pending.erase(0, static_cast<std::size_t>(sent));
  return true;
}

bool Channel::receive() {
  bool moved = false;
  std::array<char, chunk_size> chunk;
  for (const bool is_err : {false, true}) {
    std::string& pending = is_err ? to_err_ : to_io_;
    while (pending.empty()) {
      const int got = ssh_channel_read_nonblocking(handle_, chunk.data(), chunk.size(), is_err);
      if (got <= 0) break;
      pending.assign(chunk.data(), static_cast<std::size_t>(got));
      moved = true;
      deliver(pending, is_err ? err_ : io_);
    }
  }
  return moved;
}

bool Channel::send_on() {
  if (to_remote_.empty() && !caller_eof_ && io_) {
    std::array<char, chunk_size> chunk;
    const ssize_t got = ::recv(io_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got > 0) to_remote_.assign(chunk.data(), static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) caller_eof_ = true;
  }
  if (!to_remote_.empty()) {
    const int sent =
        ssh_channel_write(handle_, to_remote_.data(), static_cast<std::uint32_t>(to_remote_.size()));
    if (sent > 0) to_remote_.erase(0, static_cast<std::size_t>(sent));
    if (sent == SSH_ERROR) to_remote_.clear();
    return sent != 0;
  }
  if (!caller_eof_ || eof_sent_) return false;
  ssh_channel_send_eof(handle_);
  eof_sent_ = true;
  return true;
}

bool Channel::step_open() {
  bool moved = deliver(to_io_, io_);
  moved |= deliver(to_err_, err_);
  moved |= receive();
  moved |= send_on();
  if (io_ && !caller_gone_ && caller_hung_up()) caller_gone_ = caller_eof_ = true;
  const bool drained = to_io_.empty() && to_err_.empty() && ssh_channel_is_eof(handle_);
  if (drained && !eof_delivered_) {
    ::shutdown(io_.get(), SHUT_WR);
    eof_delivered_ = moved = true;
  }
  const bool nothing_left =
      to_remote_.empty() && (caller_gone_ || (!is_program() && eof_delivered_ && eof_sent_));
  if (nothing_left && !close_sent_) {
    ssh_channel_close(handle_);
    close_sent_ = moved = true;
  }
  if (remote_closed_ && (drained || caller_gone_)) {
    finish(outcome_.value_or(Outcome(NoAnswer{"the SSH server closed the channel without an exit status"})));
    moved = true;
  }
  return moved;
}

bool Channel::caller_hung_up() const {
  pollfd hang_up{io_.get(), 0, 0};
  return ::poll(&hang_up, 1, 0) > 0 && (hang_up.revents & POLLHUP);
}

void Channel::finish(Outcome outcome) {
  if (end_) end_->set(std::move(outcome));
  io_.reset();
  err_.reset();
  drop_handle();
  state_ = State::finished;
}

void Channel::lose(const std::string& reason) {
  answer_->give(fail(ErrorKind::unreachable, "ssh.lost", reason));
  finish(outcome_.value_or(Outcome(NoAnswer{reason})));
}

void Channel::settle_denial(const std::string& said) {
  answer_->give(fail(ErrorKind::refused, "ssh.denied", printable_line(said)));
  finish(NoAnswer{"the SSH server refused the channel"});
}

void Channel::ask_again() {
  drop_handle();
  make_handle();
  state_ = State::opening;
}

void Channel::add_waits(std::vector<pollfd>& waits) const {
  if (state_ != State::open) return;
  short events = to_io_.empty() ? 0 : POLLOUT;
  if (to_remote_.empty() && !caller_eof_) events |= POLLIN;
  if (io_ && !caller_gone_) waits.push_back({io_.get(), events, 0});
  if (err_ && !to_err_.empty()) waits.push_back({err_.get(), POLLOUT, 0});
}

}  // namespace mxodus
