#pragma once

#include <string>
#include <string_view>

#include "orchestrator/core/error.h"
#include "orchestrator/step_api/resources.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// Tells apart why restic did not do what it was asked to, by exit status (from 0.17 on) and by what it said
/// (before). `no_answer` where the repository could not be asked at all, and for what nobody knows
/// ("restic.failed"); anything else is an answer: "restic.missing", "restic.password", "restic.repository",
/// "restic.host-key", "restic.login", "restic.locked", "restic.snapshot", "restic.subpath",
/// "restic.disk-full".
/// `said` holds stderr, or a job's output. Source: restic's doc/075_scripting.rst and recorded outputs.
Error restic_trouble(const std::string& host, const Repository& repository, int exit_status,
                     std::string_view said);

/// The same. Where restic ended before the ssh under it could say why, which happens one time in ten, that
/// ssh is asked itself.
Error restic_trouble(HostReader& host, const Repository& repository, int exit_status, std::string_view said,
                     const Deadline& deadline);

}  // namespace mxodus
