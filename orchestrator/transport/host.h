#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "orchestrator/core/command.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/unique_fd.h"

namespace mxodus {

/// Who a host turned out to be. Goes into fingerprints, leases and saved plans.
struct HostIdentity {
  std::string name;         ///< as in the playbook
  std::string fingerprint;  ///< "SHA256:…" of its host key; "local" for the laptop
  std::string address;      ///< where the connection went, for messages: "203.0.113.7 port 22"
};

/// An address and port to connect to, as seen from a vantage.
struct Endpoint {
  std::string host;  ///< name, IPv4 or IPv6 address without brackets
  std::uint16_t port = 0;
};

/// The right to look at a host. This is all that planning and probing hold: nothing here changes the host.
/// Calls block; any worker thread may call, several at a time (they share the connection).
class HostReader {
 public:
  virtual ~HostReader() = default;

  /// The name in the playbook; needs no connection.
  virtual const std::string& name() const = 0;

  /// Connects where needed. `unreachable`, or `refused` (host key, login, sudo) with the sentence for the
  /// operator.
  virtual Result<HostIdentity> identify(const Deadline& deadline) = 0;

  /// Runs a command that only reads, as the user (or by sudo, or inside `enter`) that the playbook says.
  /// An error where it was not begun, or the connection went (`unreachable`); else an outcome, or NoAnswer.
  virtual Result<CommandResult> read(const Command& command, const Deadline& deadline) = 0;

  /// The same for several in one round trip, in order, each with its own outcome.
  virtual Result<std::vector<CommandResult>> read_all(std::span<const Command> commands,
                                                      const Deadline& deadline) = 0;

  /// Runs a reading POSIX sh script with the outer rights of the host, without `enter`: where jobs live.
  virtual Result<CommandResult> read_script(const std::string& script, const Deadline& deadline) = 0;

  /// A connected stream to `endpoint`, made from this host (direct-tcpip; from the laptop a plain socket).
  /// Errors: `refused` with code "dial.refused" (RST), `no_answer` with "dial.timeout" (filtered),
  /// `not_found` with "dial.name" (does not resolve there), `refused` with "dial.prohibited" (forwarding is
  /// not allowed there: fall back to a command on the host), "dial.vantage": `no_answer` (this host
  /// itself went silent meanwhile, which takes up to 30 s more to know) or `unreachable` (there is no
  /// connection to it).
  virtual Result<UniqueFd> dial(const Endpoint& endpoint, const Deadline& deadline) = 0;
};

/// The right to change a host. Held by the executor and, through jobs, by steps that are being applied.
class Host : public HostReader {
 public:
  /// Runs a POSIX sh script with the outer rights of the host (by sudo where `become` says so). `input` goes
  /// to its stdin and may hold secrets: it is never logged. Used by the job layer; steps change hosts through
  /// jobs.
  virtual Result<CommandResult> run_script(const std::string& script, const std::string& input,
                                           const Deadline& deadline) = 0;

  /// Ends the connection; the next call opens a new one. For sleep, suspicion, and the end of the run.
  virtual void disconnect() = 0;
};

}  // namespace mxodus
