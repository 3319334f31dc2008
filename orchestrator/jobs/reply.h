#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "orchestrator/core/result.h"
#include "orchestrator/jobs/job.h"

namespace mxodus {

/// What the helper on a host answered. Remote output: anything may have been in it, so nothing here is taken
/// without a look. `reply.sh` writes it, docs/jobs.md describes it.
struct Reply {
  std::map<std::string, std::string> fields;
  std::string bytes;  ///< output and file only: as they are, not yet safe to show

  bool has(const std::string& key) const { return fields.contains(key); }
  /// Empty where it is absent.
  std::string field(const std::string& key) const;
};

/// Finds the reply with `nonce` in `out`, after whatever a login shell may have said before it. Error:
/// `no_answer`, "job.bad-reply", where there is none, it is cut off, or it is not of this version.
Result<Reply> parse_reply(std::string_view out, std::string_view nonce);

/// The typed content of a reply; the same error where it does not hold together.
Result<JobStatus> job_status_of(const Reply& reply);
Result<std::optional<Lease>> lease_of(const Reply& reply);
Result<JobCapabilities> capabilities_of(const Reply& reply);

}  // namespace mxodus
