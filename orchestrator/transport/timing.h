#pragma once

#include <chrono>

namespace mxodus {

/// The intervals of a connection, in one place so that tests can shorten them.
struct Timing {
  using milliseconds = std::chrono::milliseconds;
  milliseconds ping_every{15'000};       ///< of silence before the peer is asked whether it is there
  milliseconds ping_deadline{30'000};    ///< without any packet after that: the connection is lost
  milliseconds ping_after_sleep{5'000};  ///< the same when this machine has slept: the peer may have gone
  milliseconds login{20'000};            ///< from the connected socket to the end of authentication
  milliseconds retry_delay{200};         ///< between handshakes that the server dropped; doubles, with jitter
  milliseconds kill_grace{2'000};        ///< between TERM and KILL of a command that did not end in time
};

}  // namespace mxodus
