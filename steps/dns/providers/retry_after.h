#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "orchestrator/core/quantity.h"

namespace mxodus::dns {

/// How long to wait by a Retry-After header: seconds, or an HTTP date (RFC 9110, 10.2.3 and 5.6.7). At least
/// a second; nothing where it cannot be read.
std::optional<std::chrono::milliseconds> retry_after(const std::string& header, Time now);

}  // namespace mxodus::dns
