#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/core/result.h"

namespace mxodus {

/// The folder of one run: STATE/runs/RUN, mode 0700. What is where, and nothing else; it holds nothing open.
class RunDirectory {
 public:
  /// Makes the folder; durable when it returns. `state` is state_directory() or a test's own.
  static Result<RunDirectory> create(const std::filesystem::path& state, const std::string& run);

  const std::string& run() const { return run_; }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path journal() const { return path_ / "journal.db"; }
  std::filesystem::path evidence() const { return path_ / "evidence"; }
  std::filesystem::path lock() const { return path_ / "lock"; }
  std::filesystem::path plan() const { return path_ / "plan"; }

  /// The bytes of the playbook, by revision; 1 is what the run was opened with. Durable, and never
  /// overwritten by other bytes ("run.revision-exists").
  Result<void> save_playbook(int revision, std::string_view bytes) const;
  Result<std::string> load_playbook(int revision) const;

 private:
  friend Result<std::vector<RunDirectory>> list_runs(const std::filesystem::path& state);
  RunDirectory(std::filesystem::path path, std::string run) : path_(std::move(path)), run_(std::move(run)) {}
  std::filesystem::path playbook(int revision) const;

  std::filesystem::path path_;
  std::string run_;
};

/// Every run, the newest first: by the day in its id, and within a day by when its folder was made.
Result<std::vector<RunDirectory>> list_runs(const std::filesystem::path& state);

/// The run whose id begins with `prefix`. "run.not-found" lists the newest ones, "run.ambiguous" those that
/// match.
Result<RunDirectory> find_run(const std::filesystem::path& state, std::string_view prefix);

/// Whether the journal of the run does not say that it has ended. A run whose journal cannot be read counts
/// as unfinished: whoever opens it is told why.
bool may_be_unfinished(const RunDirectory& run);

/// The newest run that may be unfinished; "run.none-unfinished".
Result<RunDirectory> newest_unfinished_run(const std::filesystem::path& state);

}  // namespace mxodus
