#pragma once

#include <string>
#include <vector>

#include <sys/socket.h>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// One address to connect to.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// "203.0.113.7 port 22"
std::string to_string(const SocketAddress& address);

/// The addresses of `endpoint` as this machine's resolver gives them, families taken in turn beginning with
/// the one it prefers (RFC 8305, 4). getaddrinfo knows no deadline, so it runs on a thread of its own that is
/// left behind when `deadline` passes; at most 16 such threads exist. Errors: `not_found` "dial.name" where
/// the name does not exist, `no_answer` "dial.resolver" where the resolver could not say, "dial.timeout",
/// `cancelled` "dial.stopped". Any thread.
Result<std::vector<SocketAddress>> resolve(const Endpoint& endpoint, const Deadline& deadline);

}  // namespace mxodus
