#pragma once

#include <memory>

#include "orchestrator/core/deadline.h"

namespace mxodus {

/// The right to shake hands, given back when it goes. At most 8 exist in this process: sshd drops callers
/// beyond its MaxStartups (10 by default) as if it had crashed, and all of ours may come through one jump
/// host.
using HandshakeSlot = std::shared_ptr<void>;

/// Waits for a slot; null at the deadline. Any thread.
HandshakeSlot take_handshake_slot(const Deadline& deadline);

/// Waits for `delay`, half of it to one and a half, so that callers who were dropped together do not come
/// back together. False where the deadline comes first.
bool wait_with_jitter(std::chrono::milliseconds delay, const Deadline& deadline);

}  // namespace mxodus
