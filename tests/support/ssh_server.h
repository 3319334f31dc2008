#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "orchestrator/transport/host_spec.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {

/// A throw-away sshd on a high port of loopback, with keys, known_hosts and ssh_config of its own, for the
/// user who runs the test. Everything is gone when it goes. Needs the package openssh-server.
class SshServer {
 public:
  /// `config` are further lines of its sshd_config; "@DIR@" in them stands for dir().
  explicit SshServer(std::vector<std::string> config = {});
  ~SshServer();
  SshServer(const SshServer&) = delete;
  SshServer& operator=(const SshServer&) = delete;

  static bool available();

  /// How to reach it: a name that ssh_config() knows.
  HostSpec spec(const std::string& name = "new") const;
  /// Holds `home` (the user's HOME) and `bin` (first in the user's PATH) too.
  const std::filesystem::path& dir() const { return directory_.path(); }
  std::filesystem::path ssh_config() const { return dir() / "ssh_config"; }
  std::filesystem::path known_hosts() const { return dir() / "known_hosts"; }
  std::filesystem::path user_key() const { return dir() / "id_ed25519"; }
  std::filesystem::path authorized_keys() const { return dir() / "authorized_keys"; }
  std::uint16_t port() const { return port_; }
  /// Adds lines to the host's block in ssh_config().
  void configure_client(const std::string& lines);

  /// "SHA256:…" of its host key, as ssh-keygen says it.
  std::string fingerprint() const;
  /// "ssh-ed25519 AAAA…" of its host key.
  std::string host_key() const;
  /// The processes that serve connections now: children of the listener and their children that are sshd too.
  std::vector<pid_t> session_processes() const;
  /// Ends every connection at once, as a crash of the server would; how many processes it were.
  std::size_t kill_sessions();
  void signal_sessions(int signal) const;
  /// Everything sshd has logged (LogLevel VERBOSE).
  std::string log() const;
  /// Ends the listener; connections that stand go on.
  void stop_listening();

 private:
  void write_files(const std::vector<std::string>& config) const;
  bool start();

  TemporaryDirectory directory_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

/// A new key pair in `path` and `path`.pub, by ssh-keygen.
void make_ssh_key(const std::filesystem::path& path, const std::string& passphrase = "");

}  // namespace mxodus
