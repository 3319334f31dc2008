#pragma once

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/support/arrange.h"
#include "tests/unit/cli/user.h"

namespace mxodus {

/// A program on a terminal of its own, and a person at it.
class Terminal {
 public:
  Terminal(const User& user, const std::string& line) {
    pid_ = ::forkpty(&master_, nullptr, nullptr, nullptr);
    if (pid_ != 0) {
      ::fcntl(master_, F_SETFL, O_NONBLOCK);
      return;
    }
    for (const auto& [name, value] : user.environment) ::setenv(name.c_str(), value.c_str(), 1);
    if (::chdir(user.home().c_str()) != 0) ::_exit(99);
    ::execlp("sh", "sh", "-c", line.c_str(), nullptr);
    ::_exit(99);
  }
  ~Terminal() {
    if (pid_ > 0) ::kill(pid_, SIGKILL), ::waitpid(pid_, nullptr, 0);
    ::close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(const std::string& keys) { EXPECT_GT(::write(master_, keys.data(), keys.size()), 0); }
  /// Whether `text` has been shown, now or within 20 s.
  bool shows(const std::string& text) {
    return eventually([&] { return seen().find(text) != std::string::npos; });
  }
  const std::string& seen() {
    char chunk[4096];
    for (ssize_t got; (got = ::read(master_, chunk, sizeof chunk)) > 0;)
      seen_.append(chunk, static_cast<std::size_t>(got));
    return seen_;
  }
  bool echoes() const {
    termios now{};
    EXPECT_EQ(::tcgetattr(master_, &now), 0);
    return now.c_lflag & ECHO;
  }
  int wait() {
    int status = 0;
    const bool ended = eventually([&] { return seen(), ::waitpid(pid_, &status, WNOHANG) == pid_; });
    EXPECT_TRUE(ended) << seen();
    if (ended) pid_ = -1;
    return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  int master_ = -1;
  pid_t pid_ = -1;
  std::string seen_;
};

}  // namespace mxodus
