#pragma once

#include <optional>
#include <string>

#include "orchestrator/core/error.h"
#include "orchestrator/jobs/reply.h"

namespace mxodus {

/// The error that a reply carries, as a sentence for the operator; nothing where it carries none. `host` is
/// the name in the playbook, `job` an id or empty.
std::optional<Error> refusal_in(const Reply& reply, const std::string& host, const std::string& job);

}  // namespace mxodus
