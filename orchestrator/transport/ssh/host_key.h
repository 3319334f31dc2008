#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/result.h"
#include "orchestrator/transport/ssh/client_config.h"

namespace mxodus {

/// The key a server showed.
struct ServerKey {
  std::string type;         ///< "ssh-ed25519"
  std::string base64;       ///< the key itself as known_hosts holds it
  std::string fingerprint;  ///< "SHA256:…"
};

/// A known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) as it was read.
struct KnownHostsFile {
  std::string path;
  std::string content;
};

/// What known_hosts says of a key, and which entry says so.
struct HostKeyVerdict {
  enum class Standing {
    trusted,
    unknown,  ///< no entry of this type; `where` may name one of another type
    changed,  ///< another key of this type is known
    revoked,
  } standing = Standing::unknown;
  std::string where;  ///< "/home/a/.ssh/known_hosts:12", or empty
};

/// Judges `key` for the host names under which it may be known, the most specific first. Plain, hashed,
/// `[host]:port`, wildcard and negated patterns and `@revoked` are understood; `@cert-authority` speaks of
/// certificates only and is passed over. A revoked key is revoked under any name.
HostKeyVerdict judge_host_key(const ServerKey& key, const std::vector<std::string>& names,
                              const std::vector<KnownHostsFile>& files);

/// The key types that are known for these names, to ask the server for one of them first.
std::vector<std::string> known_key_types(const std::vector<std::string>& names,
                                         const std::vector<KnownHostsFile>& files);

/// The names under which OpenSSH would look: the alias; or "[host]:port" and "host".
std::vector<std::string> known_hosts_names(const ClientConfig& config);

/// Reads the files that exist. One that exists and cannot be read is an error: it might revoke the key.
Result<std::vector<KnownHostsFile>> read_known_hosts(const std::vector<std::string>& paths);

/// Nothing where `key` may be trusted. `pin` is the playbook's `host_key`. Refused: "ssh.host-key-unknown",
/// "ssh.host-key-changed", "ssh.host-key-revoked", "ssh.host-key-pin", each with what to do.
Result<void> check_host_key(const ServerKey& key, const ClientConfig& config, const std::string& ssh_name,
                            const std::optional<std::string>& pin, const std::vector<KnownHostsFile>& files);

}  // namespace mxodus
