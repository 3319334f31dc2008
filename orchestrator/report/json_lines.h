#pragma once

#include <chrono>
#include <string>

#include "orchestrator/core/result.h"
#include "orchestrator/core/unique_fd.h"
#include "orchestrator/run/observer.h"

namespace mxodus {

/// Opens what `--events` names, at its end; a new file is for its owner alone. `refused` for a named pipe
/// that nobody reads: it is not waited for.
Result<UniqueFd> open_events(const std::string& path);

/// Writes every event of a run as one JSON object a line, for programs: `--events FILE`. Never waits while
/// the run goes on: what a slow reader has not taken is kept, up to 4 MiB. After the first failure nothing
/// more is written: the journal is the record, this is a copy.
class JsonLines final : public Observer {
 public:
  /// `out` does not block, and stays its owner's.
  explicit JsonLines(int out) : out_(out) {}
  void see(const RunEvent& event) override;

  /// Waits up to `patience` for a reader to take the rest. Why not everything was written; empty where it
  /// was.
  std::string finish(std::chrono::milliseconds patience = std::chrono::seconds(2));

 private:
  void write_what_goes();

  int out_;
  std::string unwritten_;
  std::string failure_;
};

/// One journal event as it is written by JsonLines and by `mxodus log --json`.
std::string event_json(const Event& event);

}  // namespace mxodus
