#pragma once

#include <cstdio>

#include "orchestrator/run/observer.h"

namespace mxodus {

/// Writes every event of a run as one JSON object a line, for programs: `--events FILE`. A stream that can no
/// longer be written to is left alone: the journal is the record, this is a copy.
class JsonLines final : public Observer {
 public:
  explicit JsonLines(std::FILE* stream) : stream_(stream) {}
  void see(const RunEvent& event) override;

 private:
  std::FILE* stream_;
};

/// One journal event as it is written by JsonLines and by `mxodus log --json`.
std::string event_json(const Event& event);

}  // namespace mxodus
