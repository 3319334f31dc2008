#include "orchestrator/transport/ssh/session.h"

#include <poll.h>

#include <algorithm>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds poll_slice{50};  // how late a stop may be seen

constexpr const char* host_key_algorithms[] = {"ssh-ed25519",         "ecdsa-sha2-nistp256",
                                               "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
                                               "rsa-sha2-512",        "rsa-sha2-256"};

/// All algorithms, those of known keys first: else a host known by its RSA key alone would look unknown.
std::string preferred_algorithms(const std::vector<std::string>& known_types) {
  std::vector<std::string> first, then;
  for (const std::string algorithm : host_key_algorithms) {
    const std::string type = algorithm.starts_with("rsa-") ? "ssh-rsa" : algorithm;
    const bool known = std::find(known_types.begin(), known_types.end(), type) != known_types.end();
    (known ? first : then).push_back(algorithm);
  }
  first.insert(first.end(), then.begin(), then.end());
  return join(first, ",");
}

Result<ServerKey> server_key(ssh_session session) {
  const auto unreadable = [&] {
    return fail(ErrorKind::no_answer, "ssh.host-key-unreadable", "the server's host key cannot be read");
  };
  ssh_key raw = nullptr;
  if (ssh_get_server_publickey(session, &raw) != SSH_OK) return unreadable();
  const SshKey key(raw);
  char* base64 = nullptr;
  if (ssh_pki_export_pubkey_base64(key.get(), &base64) != SSH_OK) return unreadable();
  const SshText text(base64);
  unsigned char* hash = nullptr;
  std::size_t length = 0;
  if (ssh_get_publickey_hash(key.get(), SSH_PUBLICKEY_HASH_SHA256, &hash, &length) != 0) return unreadable();
  const SshText fingerprint(ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length));
  ssh_clean_pubkey_hash(&hash);
  const char* curve = ssh_pki_key_ecdsa_name(key.get());
  const bool is_ecdsa = curve && std::string_view(curve).starts_with("ecdsa-");
  return ServerKey{is_ecdsa ? curve : ssh_key_type_to_char(ssh_key_type(key.get())), text.get(),
                   fingerprint.get()};
}

SshSession new_session(UniqueFd socket, const ClientConfig& config, const std::string& algorithms) {
  SshSession session(ssh_new());
  if (!session) return session;
  const bool no_config = false;
  const int port = config.port;
  const socket_t fd = socket.get();
  ssh_session raw = session.get();
  const bool set = ssh_options_set(raw, SSH_OPTIONS_PROCESS_CONFIG, &no_config) == SSH_OK &&
                   ssh_options_set(raw, SSH_OPTIONS_HOST, config.hostname.c_str()) == SSH_OK &&
                   ssh_options_set(raw, SSH_OPTIONS_PORT, &port) == SSH_OK &&
                   ssh_options_set(raw, SSH_OPTIONS_USER, config.user.c_str()) == SSH_OK &&
                   ssh_options_set(raw, SSH_OPTIONS_HOSTKEYS, algorithms.c_str()) == SSH_OK &&
                   ssh_options_set(raw, SSH_OPTIONS_FD, &fd) == SSH_OK;
  if (!set) return nullptr;
  socket.release();  // the session closes it
  ssh_set_blocking(raw, 0);
  return session;
}

}  // namespace

bool until_done(ssh_session session, int again, const Deadline& deadline, int& result,
                const std::function<int()>& call) {
  while ((result = call()) == again) {
    if (deadline.passed() || (ssh_get_status(session) & (SSH_CLOSED | SSH_CLOSED_ERROR))) return false;
    const short events = ssh_get_poll_flags(session) & SSH_WRITE_PENDING ? POLLIN | POLLOUT : POLLIN;
    pollfd wait{ssh_get_fd(session), events, 0};
    ::poll(&wait, 1, static_cast<int>(std::min(poll_slice, deadline.left()).count()));
  }
  return true;
}

Result<Handshake> shake_hands(UniqueFd socket, const ClientConfig& config, const HostSpec& spec,
                              const Deadline& deadline) {
  auto known_hosts = read_known_hosts(config.known_hosts_files);
  if (!known_hosts) return tl::unexpected(std::move(known_hosts).error());
  const std::string algorithms =
      preferred_algorithms(known_key_types(known_hosts_names(config), *known_hosts));
  SshSession session = new_session(std::move(socket), config, algorithms);
  if (!session)
    return fail(ErrorKind::internal, "ssh.session", "libssh could not be set up for " + spec.name);

  const std::string where = printable_line(config.hostname) + " port " + std::to_string(config.port);
  int result = SSH_ERROR;
  const bool done =
      until_done(session.get(), SSH_AGAIN, deadline, result, [&] { return ssh_connect(session.get()); });
  if (done && result == SSH_OK) {
    auto key = server_key(session.get());
    if (!key) return tl::unexpected(std::move(key).error());
    auto trusted = check_host_key(*key, config, spec.ssh, spec.host_key, *known_hosts);
    if (!trusted) return tl::unexpected(std::move(trusted).error());
    return Handshake{std::move(session), key->fingerprint};
  }
  if (deadline.stopped())
    return fail(ErrorKind::cancelled, "ssh.stopped", "stopped while connecting to " + where);
  if (deadline.passed())
    return fail(
        ErrorKind::no_answer, "ssh.silent",
        where + " accepts connections but its SSH server does not answer: overloaded, frozen, or not SSH");
  const std::string said = printable_line(ssh_get_error(session.get()));
  if (!ssh_get_serverbanner(session.get()))
    return fail(ErrorKind::unreachable, "ssh.dropped",
                where + " hung up before its SSH server said anything (" + said + ")");
  return fail(ErrorKind::unreachable, "ssh.handshake",
              "no common ground with the SSH server at " + where + ": " + said);
}

}  // namespace mxodus
