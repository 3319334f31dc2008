#pragma once

#include <functional>
#include <string>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/unique_fd.h"
#include "orchestrator/transport/ssh/client_config.h"
#include "orchestrator/transport/ssh/host_key.h"
#include "orchestrator/transport/ssh/libssh.h"

namespace mxodus {

/// Repeats a non-blocking libssh call until it gives something else than `again`, waiting for the socket in
/// between. False when the deadline came, or the peer hung up, first. (In blocking mode libssh itself may
/// wait for ever for a peer that has hung up.)
bool until_done(ssh_session session, int again, const Deadline& deadline, int& result,
                const std::function<int()>& call);

/// A session of which the server's key has been judged. Not yet logged in.
struct Handshake {
  SshSession session;
  std::string fingerprint;
};

/// Key exchange over the connected `socket`, then our own verdict on the host key. `unreachable`
/// "ssh.dropped" where the server hung up before it said anything, as one with too many callers does
/// (MaxStartups): that is worth another try. Blocks; any thread.
Result<Handshake> shake_hands(UniqueFd socket, const ClientConfig& config, const HostSpec& spec,
                              const Deadline& deadline);

}  // namespace mxodus
