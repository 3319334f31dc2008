#pragma once

#include <map>
#include <string>
#include <vector>

#include "orchestrator/core/secret.h"
#include "orchestrator/jobs/helper.h"
#include "orchestrator/jobs/job.h"

namespace mxodus {

/// What start.sh is given: what may be seen in the script, what may not on its stdin.
struct StartRequest {
  HelperVariables variables;
  SecretText input;
};

/// Error: `invalid`, where the spec cannot be run as it is (a name that no file or variable can have, a
/// secret without its value). `enter` is the host's prefix.
Result<StartRequest> start_request(const JobId& id, const JobSpec& spec,
                                   const std::map<std::string, SecretText>& secret_values,
                                   const std::vector<std::string>& enter);

/// What start.sh, acquire and release compare with the host's lease. Error: `invalid`, where a field would
/// not fit on a line.
Result<HelperVariables> lease_variables(const Lease& lease);

/// Whether `name` can be a file of a job: [A-Za-z0-9_-][A-Za-z0-9._-]{0,63}
bool is_job_file(const std::string& name);

}  // namespace mxodus
