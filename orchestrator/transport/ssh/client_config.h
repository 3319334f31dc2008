#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/transport/host_spec.h"

namespace mxodus {

/// What OpenSSH would do to reach a name, after all of ssh_config(5) was applied. Paths are absolute.
struct ClientConfig {
  std::string hostname;
  std::uint16_t port = 22;
  std::string user;
  std::vector<std::string> identity_files;
  std::vector<std::string> certificate_files;
  bool identities_only = false;
  std::optional<std::string> identity_agent;  ///< path of the agent's socket; absent for none
  std::string proxy_jump;                     ///< "[user@]host[:port],…"; empty for a direct connection
  bool has_proxy_command = false;
  std::vector<std::string> known_hosts_files;  ///< the user's, then the machine's
  std::string host_key_alias;
  std::optional<std::chrono::milliseconds> connect_timeout;
};

/// Where `~`, the tokens of ssh_config(5) and $SSH_AUTH_SOCK lead to; a value, so that tests need no
/// environment.
struct ClientSurroundings {
  std::string home;
  std::string local_user;
  std::string agent_socket;  ///< $SSH_AUTH_SOCK, may be empty

  static ClientSurroundings of_this_process();
};

/// Reads the output of `ssh -G NAME` (OpenSSH 7 to 10). Unknown keywords are passed over.
Result<ClientConfig> parse_client_config(std::string_view output, const std::string& name,
                                         const ClientSurroundings& surroundings);

/// The effective configuration for the host of `spec`: `ssh -G` with what the playbook overrides. The errors
/// are sentences about ssh_config: "ssh.config", "ssh.proxy-command", "ssh.client-missing". Blocks; any
/// thread.
Result<ClientConfig> effective_client_config(const HostSpec& spec, const Deadline& deadline);

/// One hop of a ProxyJump value as a host: "bob@bastion:2222", "ssh://bastion", "[2001:db8::1]:22".
Result<HostSpec> parse_jump(std::string_view hop);

}  // namespace mxodus
