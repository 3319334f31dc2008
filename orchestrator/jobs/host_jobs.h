#pragma once

#include <string>
#include <vector>

#include "orchestrator/jobs/helper.h"
#include "orchestrator/jobs/job.h"
#include "orchestrator/jobs/reply.h"
#include "orchestrator/transport/host.h"

namespace mxodus {

/// Where and how a host keeps its jobs.
struct JobSettings {
  std::string state_dir;  ///< empty: /var/lib/mxodus for root, else the user's state directory
  std::string run_dir;    ///< for secrets; empty: /run/mxodus for root, else in $XDG_RUNTIME_DIR
  Duration grace{std::chrono::seconds(30)};      ///< between TERM and KILL
  Duration claim_age{std::chrono::seconds(30)};  ///< after it, a job that has not begun counts as absent
  Size output_limit{64 << 20};                   ///< bytes kept of a job's output: its head
};

/// The jobs of a host, by small POSIX sh scripts sent through it. Nothing is installed there. `host` must
/// outlive this. Any thread, as far as the host allows.
class HostJobs final : public Jobs {
 public:
  /// `enter` is the prefix for specs with `inside`.
  explicit HostJobs(Host& host, std::vector<std::string> enter = {}, JobSettings settings = {})
      : host_(host), enter_(std::move(enter)), settings_(std::move(settings)) {}

  Result<JobStatus> start(const JobId& id, const JobSpec& spec, const Lease& lease,
                          const std::map<std::string, SecretText>& secret_values,
                          const Deadline& deadline) override;
  Result<JobStatus> status(const JobId& id, Duration wait, const Deadline& deadline) override;
  Result<std::string> output(const JobId& id, std::int64_t offset, std::size_t limit,
                             const Deadline& deadline) override;
  Result<std::string> file(const JobId& id, const std::string& name, std::int64_t offset, std::size_t limit,
                           const Deadline& deadline) override;
  Result<JobStatus> cancel(const JobId& id, const Deadline& deadline) override;
  Result<void> purge(const Lease& lease, const std::vector<JobId>& keep, const Deadline& deadline) override;

  Result<void> acquire(const Lease& lease, std::optional<std::uint64_t> take_over,
                       const Deadline& deadline) override;
  Result<void> release(const Lease& lease, const Deadline& deadline) override;
  Result<std::optional<Lease>> holder(const Deadline& deadline) override;
  Result<JobCapabilities> capabilities(const Deadline& deadline) override;

 private:
  /// Looks, or changes with `input` on stdin.
  Result<Reply> look(const char* verb, HelperVariables variables, const Deadline& deadline);
  Result<Reply> change(const char* verb, HelperVariables variables, const std::string& input,
                       const Deadline& deadline);
  void add_settings(HelperVariables& variables) const;
  Result<Reply> read_reply(const Result<CommandResult>& result, const HelperVariables& variables) const;
  Result<std::string> bytes(const char* verb, const JobId& id, const std::string& name, std::int64_t offset,
                            std::size_t limit, const Deadline& deadline);

  Host& host_;
  const std::vector<std::string> enter_;
  const JobSettings settings_;
};

}  // namespace mxodus
