#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mxodus {

/// What a playbook says of a host. Whatever is absent, the operator's ssh_config decides.
struct HostSpec {
  std::string name;  ///< the key under `hosts`
  std::string ssh;   ///< any name ssh_config knows, or a host name or address
  std::optional<std::string> user;
  std::optional<std::uint16_t> port;
  std::optional<std::string> identity;  ///< path of a private key; alone it is offered then
  std::optional<std::string>
      jump;  ///< a host of the playbook; or "[user@]host[:port]", several by comma; or "none"
  std::optional<std::string> host_key;  ///< "SHA256:…": this key and no other, whatever known_hosts says
  bool become_sudo = false;             ///< everything by `sudo -n`
  std::vector<std::string> enter;       ///< prefix of every command: docker exec -i dovecot
  bool may_be_down = false;
  bool local = false;      ///< the laptop itself, without SSH
  std::string transport;   ///< "libssh" or empty; others are refused
  std::string ipv4, ipv6;  ///< what the world sees of it; never what SSH dials
  /// The host of the playbook that `jump` names, set by whoever has all of them.
  std::shared_ptr<const HostSpec> jump_host;
  std::string
      ssh_config;    ///< file to read in place of the operator's ssh_config (ssh -F); not from the playbook
  std::string helo;  ///< the name it gives in SMTP
};

}  // namespace mxodus
