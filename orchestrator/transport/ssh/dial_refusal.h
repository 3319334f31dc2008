#pragma once

#include <string>

#include "orchestrator/core/error.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// The error for a TCP channel that the SSH server of host `from` did not open. `said` is libssh's sentence:
/// the reason's number (RFC 4254, 5.1) and the text of the server, which OpenSSH's sshd takes from strerror
/// or gai_strerror. Codes as at HostReader::dial, besides `unreachable` "dial.route" and "dial.rejected" (see
/// mxodus::dial), and `no_answer` "dial.unclear" where the server does not tell (other servers say nothing
/// but "connect failed").
Error dial_refusal(const Endpoint& endpoint, const std::string& from, const std::string& said);

}  // namespace mxodus
