#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/jobs/host_jobs.h"
#include "tests/unit/jobs/shell_host.h"

namespace mxodus {

/// Whether `question` came true within a minute.
bool comes_true(const std::function<bool()>& question);

/// Jobs of this machine, kept in folders of the test's own; the parameter is the shell. What a test leaves
/// running is ended with it.
class JobFixture : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// Jobs as another laptop, or with other settings, sees them.
  HostJobs jobs_with(const std::function<void(JobSettings&)>& change) const;
  Result<JobStatus> start(const std::string& script, const std::function<void(JobSpec&)>& change = {});
  /// Asks until the job is over; nothing where it never is.
  std::optional<JobStatus> wait_for_end();
  /// Takes an ended job back to what a caller leaves who is killed between claim and launch.
  void make_it_never_begun() const;

  /// From now on the host's disk fails at a sync whose arguments match this pattern of its shell.
  void fail_to_sync(const std::string& pattern) const;

  JobState state();
  bool is_lost(const std::string& why);
  bool is_orphan();
  std::string all_output();
  std::filesystem::path job_folder() const { return state_ / "jobs" / id_.text; }
  /// The first number in a file of the job's folder: its runner, its child.
  pid_t pid_in(const std::string& file) const;
  std::string work_file(const std::string& name) const;

  const JobId id_{"20240512-k3f9ab.restore.1"};
  const Lease lease_{"20240512-k3f9ab", "lineage-1", "laptop-a", "anna", 1};
  const Deadline deadline_{std::chrono::seconds(100)};
  std::filesystem::path folder_, state_, run_;
  std::unique_ptr<ShellHost> host_;
  JobSettings settings_;
  std::unique_ptr<HostJobs> jobs_;
};

std::string shell_of(const testing::TestParamInfo<const char*>& info);

MATCHER_P(HasCode, code, "") {
  if (arg) return false;
  *result_listener << arg.error().code << ": " << arg.error().message;
  return arg.error().code == code;
}

}  // namespace mxodus
