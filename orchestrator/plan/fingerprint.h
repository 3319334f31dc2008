#pragma once

#include <string>

#include "orchestrator/step_api/declaration.h"
#include "orchestrator/step_api/params.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// What changes the effect of a step, and nothing else: type and version, resolved parameters (a secret by
/// its reference; outputs of other steps are in there by their values), host identity. Not ids of messages,
/// descriptions, retries or timeouts. 64 hexadecimal characters.
std::string fingerprint(const StepDeclaration& type, const Params& params, const HostIdentity* host);

}  // namespace mxodus
