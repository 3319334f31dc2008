#pragma once

#include <functional>

#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/transport/dial.h"
#include "orchestrator/transport/host_spec.h"
#include "orchestrator/transport/ssh/client_config.h"
#include "orchestrator/transport/ssh/session.h"
#include "orchestrator/transport/timing.h"

namespace mxodus {

/// A session that is logged in.
struct LoggedIn {
  Handshake handshake;
  std::string address;  ///< where it went
};

/// Connects by `reach`, shakes hands and authenticates; comes back, with jitter, where the server dropped us
/// for too many callers. That nothing could be reached is `unreachable`, whatever the reason. Blocks.
Result<LoggedIn> log_in(const HostSpec& spec, const ClientConfig& config,
                        const std::function<Result<Dialled>(const Deadline&)>& reach, const Timing& timing,
                        const Deadline& deadline);

}  // namespace mxodus
