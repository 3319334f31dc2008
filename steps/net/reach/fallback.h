#pragma once

#include <string>

#include "steps/net/reach/dialogue.h"

namespace mxodus::reach {

/// The note of Answer::rejected: which of the two it is shows another port of the same host.
inline constexpr char kRejected[] =
    "a firewall on the way rejects the connection, or the host is down; ask another port of it as well";

struct FallbackAnswer {
  Answer answer = Answer::prohibited;
  std::string note;
};

/// For a vantage whose sshd forwards no connections (AllowTcpForwarding no): a command there connects and
/// reads the greeting. Good for tcp, and for an smtp of which no more is asked; what is said behind a right
/// greeting stays `prohibited`, with what to do.
FallbackAnswer look_by_command(HostReader& vantage, const Target& target, const Manner& manner,
                               const Deadline& deadline);

}  // namespace mxodus::reach
