#pragma once

#include <signal.h>
#include <unistd.h>

#include <functional>
#include <string>

#include <sys/wait.h>

#include "orchestrator/core/unique_fd.h"

namespace mxodus {

inline void write_line(int fd, const std::string& text) {
  const std::string line = text + "\n";
  if (::write(fd, line.data(), line.size()) < 0) ::_exit(1);
}

/// A process of this test that can be killed at any moment. It must be forked before the test has threads.
class ChildProcess {
 public:
  /// `body` gets a descriptor on which it tells its parent things, line by line; the child ends with it.
  explicit ChildProcess(const std::function<void(int)>& body) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    from_child_.reset(ends[0]);
    UniqueFd to_parent(ends[1]);
    pid_ = ::fork();
    if (pid_ != 0) return;
    from_child_.reset();
    body(to_parent.get());
    ::_exit(0);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() { kill(); }

  /// The next line; empty at the end.
  std::string read_line() {
    std::string line;
    for (char c; ::read(from_child_.get(), &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  /// SIGKILL, and seen gone.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

  /// Waits for its end; true where that was an ordinary one.
  bool wait() {
    int status = -1;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  UniqueFd from_child_;
  pid_t pid_ = -1;
};

}  // namespace mxodus
