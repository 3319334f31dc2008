#pragma once

#include <optional>
#include <string>

#include "orchestrator/core/error.h"
#include "orchestrator/jobs/helper.h"
#include "orchestrator/jobs/reply.h"

namespace mxodus {

/// The error that a reply carries, as a sentence for the operator; nothing where it carries none. `host` is
/// the name in the playbook, `asked` what its helper was given: the job, and the lease of the run that asks.
std::optional<Error> refusal_in(const Reply& reply, const std::string& host, const HelperVariables& asked);

}  // namespace mxodus
