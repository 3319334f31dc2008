#pragma once

#include <string>

#include "steps/net/reach/dialogue.h"

namespace mxodus::reach {

struct FallbackAnswer {
  Answer answer = Answer::prohibited;
  std::string note;
};

/// For a vantage whose sshd forwards no connections (AllowTcpForwarding no): a command there connects and
/// reads the first line. Good for tcp, and for the greeting of smtp and imap; what needs TLS stays
/// `prohibited`, with what to do.
FallbackAnswer look_by_command(HostReader& vantage, const Target& target, const Manner& manner,
                               const Deadline& deadline);

}  // namespace mxodus::reach
