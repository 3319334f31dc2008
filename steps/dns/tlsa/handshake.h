#pragma once

#include <string>
#include <vector>

#include "orchestrator/core/deadline.h"
#include "orchestrator/transport/host.h"

namespace mxodus::dns {

/// What a mail server shows to a sender that wants TLS.
struct ShownChain {
  enum class Standing {
    shown,
    no_tls,   ///< it answers and does no TLS
    unknown,  ///< it could not be asked
  };
  Standing standing = Standing::unknown;
  std::string why;                 ///< of all but shown: a clause
  std::vector<std::string> chain;  ///< of shown: DER, its own certificate first
};

/// Connects to port 25 of an address from `vantage`, says EHLO with the name `hello` and STARTTLS, with
/// `name` as SNI (RFC 7672, 8.1), and goes. Blocks: 10 s for the connection and 60 s for the greeting at
/// most.
ShownChain look_at_chain(HostReader& vantage, const std::string& address, const std::string& name,
                         const std::string& hello, const Deadline& deadline);

}  // namespace mxodus::dns
