#pragma once

#include <string>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/core/unique_fd.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// A connected TCP socket and where it went.
struct Dialled {
  UniqueFd fd;          ///< blocking, close-on-exec
  std::string address;  ///< "203.0.113.7 port 22"
};

/// Connects from this machine: resolves, then tries the addresses a quarter of a second apart, IPv6 and IPv4
/// in turn, and keeps the first that answers (RFC 8305). The socket has NODELAY; a peer that vanishes is
/// noticed after 30 s (TCP_USER_TIMEOUT for what is on its way, keepalive 15/5/3 for an idle line). Errors as
/// at HostReader::dial, besides `unreachable` "dial.route" where no address has a route and "dial.rejected"
/// where a router or a firewall says that there is no way, `no_answer` "dial.resolver" and `cancelled`
/// "dial.stopped". Any thread.
Result<Dialled> dial(const Endpoint& endpoint, const Deadline& deadline);

}  // namespace mxodus
