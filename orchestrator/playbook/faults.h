#pragma once

#include <string>
#include <utility>

#include "orchestrator/core/error.h"
#include "orchestrator/playbook/node.h"

namespace mxodus {

/// Collects everything that is wrong with one file, so that an operator sees it all at once.
class Faults {
 public:
  explicit Faults(std::string file) : file_(std::move(file)) {}

  /// One fault: where, a stable code ("playbook.unknown-key"), one sentence, and what to write instead.
  void add(Mark mark, std::string code, std::string message, std::string hint = {});
  /// An error from elsewhere, at `mark` unless it knows its own place.
  void add(Mark mark, Error error);

  bool empty() const { return faults_.empty(); }
  const std::string& file() const { return file_; }
  /// All of them in the order of their places; leaves none behind.
  Diagnostics take();

 private:
  std::string file_;
  Diagnostics faults_;
};

}  // namespace mxodus
