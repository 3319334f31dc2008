#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/core/command.h"
#include "orchestrator/step_api/context.h"
#include "orchestrator/step_api/resources.h"

namespace mxodus {

/// The restic repository that the parameter `repository` names. `invalid` where it is of another kind, has no
/// password, or has one written into its URL.
Result<Repository> restic_repository(const StepContext& context);

/// What a command or a job needs to reach the repository, as environment; no secret among it.
std::map<std::string, std::string> restic_environment(const Repository& repository);

/// `-o name=value` for each engine option of the repository.
std::vector<std::string> restic_options(const Repository& repository);

/// A reading restic command: no lock, no cache, nothing left behind. The password goes by stdin. What restic
/// prints on stdout passes through the shell filter `through`, where one is given, on the host. After
/// `limit`, where one is given, it is ended there, with status 124.
Command restic_command(const Repository& repository, const std::vector<std::string>& arguments,
                       const SecretText& password, std::string_view through = {},
                       std::optional<std::chrono::seconds> limit = {});

}  // namespace mxodus
