#pragma once

#include <span>
#include <string>
#include <vector>

#include "orchestrator/core/command.h"
#include "orchestrator/core/deadline.h"
#include "orchestrator/core/result.h"
#include "orchestrator/transport/shell_protocol.h"
#include "orchestrator/transport/stream.h"

namespace mxodus {

/// A POSIX shell (`sh -s`) that lives as long as its stream and runs one batch after the other, each task in
/// a subshell so that cd, umask, exit and syntax errors end with it. For one thread at a time.
class Shell {
 public:
  /// Greets the shell behind `stream` and learns its process group. The error is `refused` "shell.refused"
  /// with what was said instead where the program ended, `no_answer` "shell.silent" at the deadline.
  static Result<Shell> begin(ProgramStream stream, const Deadline& deadline);

  /// Runs `tasks` in order and gives each its outcome. An exit status of 128 and a signal's number is
  /// reported as that signal, as shells say it. What had not ended at the deadline, or when the stream did,
  /// has no answer, nor has anything after it; the shell is then not to be used again.
  std::vector<CommandResult> run(std::span<const ShellTask> tasks, const Deadline& deadline);

  /// False after a batch that did not come to its end, and once the program has ended.
  bool usable() const { return usable_ && !stream_.end->get(); }
  /// The process group of the shell and of all it runs; 0 where the host could not say.
  int process_group() const { return process_group_; }
  /// Whether it may still be working at a batch that nobody waits for.
  bool runs_unattended() const { return !usable_ && !stream_.end->get(); }

 private:
  explicit Shell(ProgramStream stream) : stream_(std::move(stream)) {}
  struct Exchange;
  bool pump(Exchange& exchange, const Deadline& deadline);
  std::string why_not(const Deadline& deadline) const;

  ProgramStream stream_;
  bool usable_ = true;
  int process_group_ = 0;
};

/// An exit status as a shell gives it.
Outcome outcome_of_status(int status);

}  // namespace mxodus
