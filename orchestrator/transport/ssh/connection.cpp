#include "orchestrator/transport/ssh/connection.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include <libssh/server.h>  // ssh_send_keepalive: works for clients too
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "orchestrator/core/file.h"
#include "orchestrator/core/text.h"
#include "orchestrator/transport/ssh/dial_refusal.h"
#include "orchestrator/transport/ssh/login.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;
constexpr std::size_t max_forwards = 32;
constexpr int max_jumps = 8;
constexpr milliseconds sleep_noticed{1'000};

Result<std::pair<UniqueFd, UniqueFd>> socket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds.data()) != 0)
    return fail(ErrorKind::io, "ssh.socketpair", "cannot make a socket pair: " + errno_text());
  return std::pair(UniqueFd(fds[0]), UniqueFd(fds[1]));
}

}  // namespace

SshConnection::SshConnection(SshSession session, UniqueFd wake, HostIdentity identity, std::string user,
                             const Timing& timing, const Clock& clock, std::shared_ptr<SshConnection> jump)
    : identity_(std::move(identity)),
      user_(std::move(user)),
      timing_(timing),
      clock_(clock),
      jump_(std::move(jump)),
      wake_(std::move(wake)),
      session_(std::move(session)),
      event_(ssh_event_new()),
      last_heard_(clock.monotonic()),
      asleep_(clock.boottime() - clock.monotonic()) {
  ssh_set_counters(session_.get(), nullptr, &packets_);
  ssh_event_add_session(event_.get(), session_.get());
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

SshConnection::~SshConnection() {
  close();
  thread_.join();
}

void SshConnection::close() {
  thread_.request_stop();
  ::eventfd_write(wake_.get(), 1);
}

Result<ProgramStream> SshConnection::start_program(const std::string& command_line,
                                                   const Deadline& deadline) {
  auto io = socket_pair();
  auto err = socket_pair();
  if (!io || !err) return tl::unexpected((!io ? io : err).error());
  auto answer = std::make_shared<ChannelAnswer>();
  auto end = std::make_shared<StreamEnd>();
  post({command_line, std::move(io->second), std::move(err->second), answer, end});
  auto given = answer->wait(deadline);
  if (!given && given.error().code == "ssh.denied")
    return fail(
        ErrorKind::refused, "ssh.sessions",
        "the SSH server of " + identity_.name + " opens no further session (" + given.error().message + ")");
  if (!given) return tl::unexpected(std::move(given).error());
  return ProgramStream{std::move(io->first), std::move(err->first), std::move(end)};
}

Result<UniqueFd> SshConnection::dial(const Endpoint& endpoint, const Deadline& deadline) {
  auto io = socket_pair();
  if (!io) return tl::unexpected(std::move(io).error());
  auto answer = std::make_shared<ChannelAnswer>();
  post({endpoint, std::move(io->second), UniqueFd(), answer, nullptr});
  auto given = answer->wait(deadline);
  if (!given && given.error().code == "ssh.channel-silent")
    return fail(ErrorKind::no_answer, "dial.timeout",
                printable_line(endpoint.host) + " port " + std::to_string(endpoint.port) +
                    " did not answer when asked from " + identity_.name + ": filtered or down");
  if (!given && given.error().code == "ssh.denied")
    return tl::unexpected(dial_refusal(endpoint, identity_.name, given.error().message));
  if (!given) return tl::unexpected(std::move(given).error());
  return std::move(io->first);
}

void SshConnection::post(Wish wish) {
  {
    const std::lock_guard lock(wishes_mutex_);
    if (!ended_) {
      wishes_.push_back(std::move(wish));
    } else {
      wish.answer->give(
          fail(ErrorKind::unreachable, "ssh.lost", "the connection to " + identity_.name + " has ended"));
    }
  }
  ::eventfd_write(wake_.get(), 1);
}

void SshConnection::serve(const std::stop_token& stop) {
  std::string reason;
  while (reason.empty() && !stop.stop_requested()) {
    wait_for_work();
    ssh_event_dopoll(event_.get(), 0);
    if (ssh_get_status(session_.get()) & (SSH_CLOSED | SSH_CLOSED_ERROR)) {
      const std::string said = printable_line(ssh_get_error(session_.get()));
      reason = "the connection to " + identity_.name + " was lost" + (said.empty() ? "" : ": " + said);
      break;
    }
    reason = check_pulse();
    // After a sleep the peer may be gone without a trace: nothing new is sent before it has answered.
    if (!pinged_at_) admit_wishes();
    step_channels();
    settle_denials();
  }
  end(reason.empty() ? "the connection to " + identity_.name + " was closed" : reason);
}

void SshConnection::wait_for_work() {
  const short flags = ssh_get_poll_flags(session_.get()) & SSH_WRITE_PENDING ? POLLIN | POLLOUT : POLLIN;
  std::vector<pollfd> waits{{ssh_get_fd(session_.get()), flags, 0}, {wake_.get(), POLLIN, 0}};
  for (const auto& channel : channels_) channel->add_waits(waits);
  const auto timeout = std::min({milliseconds(1'000), timing_.ping_every / 2, timing_.ping_deadline / 2});
  ::poll(waits.data(), waits.size(), static_cast<int>(timeout.count()));
  eventfd_t count = 0;
  if (waits[1].revents) ::eventfd_read(wake_.get(), &count);
}

std::size_t SshConnection::count(bool programs) const {
  return static_cast<std::size_t>(std::count_if(channels_.begin(), channels_.end(),
                                                [&](const auto& c) { return c->is_program() == programs; }));
}

void SshConnection::admit_wishes() {
  const std::lock_guard lock(wishes_mutex_);
  for (auto wish = wishes_.begin(); wish != wishes_.end();) {
    const bool program = std::holds_alternative<std::string>(wish->purpose);
    pollfd caller{wish->io.get(), 0, 0};
    if (::poll(&caller, 1, 0) > 0 && (caller.revents & POLLHUP)) {
      // nobody waits for it any more: it must not be begun now
    } else if (program && count(true) >= max_programs_) {
      wish->answer->give(fail(ErrorKind::refused, "ssh.sessions", "all session channels are in use"));
    } else if (!program && count(false) >= max_forwards) {
      ++wish;
      continue;
    } else {
      channels_.push_back(std::make_unique<Channel>(session_.get(), std::move(wish->purpose),
                                                    std::move(wish->io), std::move(wish->err), wish->answer,
                                                    wish->end));
    }
    wish = wishes_.erase(wish);
  }
}

void SshConnection::step_channels() {
  // To read from one channel, libssh takes in packets for all of them: none may lie there when the socket,
  // which is empty by then, is waited for.
  for (bool moved = true; moved;) {
    const auto packets = packets_.in_packets;
    moved = false;
    for (const auto& channel : channels_) moved |= channel->step();
    moved |= packets_.in_packets != packets;
  }
  channels_.remove_if([](const auto& channel) { return channel->finished(); });
}

void SshConnection::settle_denials() {
  std::list<std::unique_ptr<Channel>> denied;
  for (auto channel = channels_.begin(); channel != channels_.end();) {
    const auto next = std::next(channel);
    if (channel->get() == asked_alone_ && !(*channel)->opening()) asked_alone_ = nullptr;
    if ((*channel)->denied()) denied.splice(denied.end(), channels_, channel);
    channel = next;
  }
  const bool whose_is_clear = denied.size() == 1;
  for (auto& channel : denied) {
    if (channel->is_program()) max_programs_ = std::clamp<std::size_t>(count(true), 1, max_programs_);
    if (channel->is_program() || whose_is_clear) {
      channel->settle_denial(ssh_get_error(session_.get()));
    } else {
      to_ask_again_.push_back(std::move(channel));
    }
  }
  if (asked_alone_ || to_ask_again_.empty()) return;
  channels_.splice(channels_.end(), to_ask_again_, to_ask_again_.begin());
  asked_alone_ = channels_.back().get();
  channels_.back()->ask_again();
  ::eventfd_write(wake_.get(), 1);
}

std::string SshConnection::check_pulse() {
  const milliseconds now = clock_.monotonic();
  if (packets_.in_packets != packets_seen_) {
    packets_seen_ = packets_.in_packets;
    last_heard_ = now;
    pinged_at_.reset();
  }
  const milliseconds asleep = clock_.boottime() - now;
  const bool slept = asleep - asleep_ > sleep_noticed;
  asleep_ = asleep;
  if (slept || (!pinged_at_ && now - last_heard_ >= timing_.ping_every)) {
    // The first call may only take in the reply to the ping before; what counts is that a packet went out.
    const auto sent = packets_.out_packets;
    for (int i = 0; i < 2 && packets_.out_packets == sent; ++i) ssh_send_keepalive(session_.get());
    pinged_at_ = now;
    ping_deadline_ = slept ? timing_.ping_after_sleep : timing_.ping_deadline;
  }
  if (!pinged_at_ || now - *pinged_at_ < ping_deadline_) return {};
  return identity_.name + " did not answer for " + std::to_string((now - last_heard_).count() / 1000) +
         " s: the host or the network is down, or its SSH server is frozen";
}

void SshConnection::end(const std::string& reason) {
  std::list<Wish> unserved;
  {
    const std::lock_guard lock(wishes_mutex_);
    ended_ = true;
    unserved.swap(wishes_);
  }
  for (const Wish& wish : unserved) wish.answer->give(fail(ErrorKind::unreachable, "ssh.lost", reason));
  channels_.splice(channels_.end(), to_ask_again_);
  for (const auto& channel : channels_) channel->lose(reason);
  channels_.clear();
  ssh_event_remove_session(event_.get(), session_.get());
  ssh_disconnect(session_.get());
}

namespace {

/// The hop nearest to the host, itself reached by the ones before it; none for a direct connection.
Result<std::optional<HostSpec>> last_hop(const HostSpec& spec, const std::string& proxy_jump) {
  if (spec.jump_host) return *spec.jump_host;
  if (proxy_jump.empty()) return std::nullopt;
  const std::size_t comma = proxy_jump.rfind(',');
  auto hop = parse_jump(std::string_view(proxy_jump).substr(comma == std::string::npos ? 0 : comma + 1));
  if (!hop) return tl::unexpected(std::move(hop).error());
  if (comma != std::string::npos) hop->jump = proxy_jump.substr(0, comma);
  hop->ssh_config = spec.ssh_config;
  return std::move(*hop);
}

}  // namespace

Result<std::shared_ptr<SshConnection>> SshConnection::open_hop(const HostSpec& spec, const Timing& timing,
                                                               const Clock& clock, const Deadline& deadline,
                                                               int hops_left) {
  if (hops_left == 0)
    return fail(ErrorKind::invalid, "ssh.jump-loop", "the jump hosts of " + spec.ssh + " lead in a circle");
  auto config = effective_client_config(spec, deadline);
  if (!config) return tl::unexpected(std::move(config).error());

  const Endpoint endpoint{config->hostname, config->port};
  auto hop = last_hop(spec, config->proxy_jump);
  if (!hop) return tl::unexpected(std::move(hop).error());
  std::shared_ptr<SshConnection> jump;
  if (*hop) {
    auto opened = open_hop(**hop, timing, clock, deadline, hops_left - 1);
    if (!opened) return fail_within("jump host " + (*hop)->name, std::move(opened).error());
    jump = std::move(*opened);
    // sshd lets a connection that only forwards wait for Nagle: 44 ms a command. One session ends that.
    static_cast<void>(jump->start_program("true", deadline));
  }
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake)
    return fail(ErrorKind::io, "ssh.eventfd", "cannot make an event descriptor here: " + errno_text());
  const auto reach = [&](const Deadline& until) -> Result<Dialled> {
    if (!jump) return mxodus::dial(endpoint, until);
    auto fd = jump->dial(endpoint, until);
    if (!fd) return tl::unexpected(std::move(fd).error());
    return Dialled{std::move(*fd), endpoint.host + " port " + std::to_string(endpoint.port) + " through " +
                                       jump->identity().name};
  };
  auto logged_in = log_in(spec, *config, reach, timing, deadline);
  if (!logged_in) return tl::unexpected(std::move(logged_in).error());
  HostIdentity identity{spec.name, logged_in->handshake.fingerprint, std::move(logged_in->address)};
  return std::shared_ptr<SshConnection>(new SshConnection(std::move(logged_in->handshake.session),
                                                          std::move(wake), std::move(identity), config->user,
                                                          timing, clock, std::move(jump)));
}

Result<std::shared_ptr<SshConnection>> SshConnection::open(const HostSpec& spec, const Timing& timing,
                                                           const Clock& clock, const Deadline& deadline) {
  return open_hop(spec, timing, clock, deadline, max_jumps + 1);
}

}  // namespace mxodus
