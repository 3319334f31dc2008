#include "orchestrator/transport/ssh/login.h"

#include "orchestrator/transport/ssh/authentication.h"
#include "orchestrator/transport/ssh/handshake_slots.h"

namespace mxodus {
namespace {

constexpr int max_tries = 6;

/// A port that refuses says of a host what silence says: it cannot be reached.
Error unreachable(Error error) {
  if (error.kind != ErrorKind::cancelled) error.kind = ErrorKind::unreachable;
  return error;
}

Result<LoggedIn> try_once(const HostSpec& spec, const ClientConfig& config,
                          const std::function<Result<Dialled>(const Deadline&)>& reach, const Timing& timing,
                          const Deadline& deadline) {
  const HandshakeSlot slot = take_handshake_slot(deadline);
  if (!slot)
    return fail(deadline.stopped() ? ErrorKind::cancelled : ErrorKind::no_answer, "ssh.crowded",
                "too many SSH logins are under way; this one did not get its turn in time");
  auto dialled = reach(config.connect_timeout ? deadline.at_most(*config.connect_timeout) : deadline);
  if (!dialled) return tl::unexpected(unreachable(std::move(dialled).error()));
  const Deadline login_deadline = deadline.at_most(timing.login);
  auto handshake = shake_hands(std::move(dialled->fd), config, spec, login_deadline);
  if (!handshake) return tl::unexpected(std::move(handshake).error());
  auto authenticated = authenticate(handshake->session.get(), config, spec, login_deadline);
  if (!authenticated) return tl::unexpected(std::move(authenticated).error());
  return LoggedIn{std::move(*handshake), std::move(dialled->address)};
}

}  // namespace

Result<LoggedIn> log_in(const HostSpec& spec, const ClientConfig& config,
                        const std::function<Result<Dialled>(const Deadline&)>& reach, const Timing& timing,
                        const Deadline& deadline) {
  auto delay = timing.retry_delay;
  for (int tries = 1;; ++tries, delay *= 2) {
    auto logged_in = try_once(spec, config, reach, timing, deadline);
    const bool dropped = !logged_in && logged_in.error().code == "ssh.dropped";
    if (!dropped || tries == max_tries || !wait_with_jitter(delay, deadline)) return logged_in;
  }
}

}  // namespace mxodus
