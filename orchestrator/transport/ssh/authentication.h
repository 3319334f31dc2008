#pragma once

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/transport/host_spec.h"
#include "orchestrator/transport/ssh/client_config.h"
#include "orchestrator/transport/ssh/libssh.h"

namespace mxodus {

/// Logs in by public key, as OpenSSH would: keys of the agent that identity files name, other keys of the
/// agent unless IdentitiesOnly, then key files, each with its certificate where there is one. Asks nothing of
/// a terminal. Errors: `refused` "ssh.login" with every key that was offered and what to do,
/// "ssh.passphrase", "ssh.no-key", "ssh.too-many-keys"; `no_answer` "ssh.login-silent". Blocks; the thread
/// that has the session.
Result<void> authenticate(ssh_session session, const ClientConfig& config, const HostSpec& spec,
                          const Deadline& deadline);

}  // namespace mxodus
