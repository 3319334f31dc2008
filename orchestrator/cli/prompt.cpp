#include "orchestrator/cli/prompt.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <iostream>

#include "orchestrator/cli/interrupt.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// The terminal as it was before a silent question; set while one stands. Whoever takes it out restores it.
std::atomic<termios*> echoing{nullptr};

/// Switches the echo of the terminal off for as long as it lives.
class NoEcho {
 public:
  NoEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    echoing = &before_;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~NoEcho() { restore_terminal(); }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
};

}  // namespace

void restore_terminal() {
  if (const termios* before = echoing.exchange(nullptr)) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, before);
}

bool has_terminal() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

namespace {

/// Waits for what a person types; false where Ctrl-C comes instead.
bool line_comes() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (std::cin.rdbuf()->in_avail() <= 0 && ::poll(&input, 1, 100) == 0)
    if (interrupted()) return false;
  return true;
}

}  // namespace

std::optional<std::string> ask_line(const std::string& question) {
  std::fprintf(stderr, "%s ", printable(question).c_str());
  std::fflush(stderr);
  if (!line_comes()) return std::nullopt;
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

SecretStore::Prompt terminal_prompt(bool allowed) {
  return [allowed](const std::string& name, const std::string& question) -> Result<SecretText> {
    if (!allowed || !has_terminal())
      return fail(ErrorKind::refused, "secret.no-terminal",
                  "the secret " + name + " is asked for on a terminal, and there is none",
                  "run this on a terminal, or give the secret by file, env or command");
    std::optional<std::string> answer;
    {
      const NoEcho silent;
      answer = ask_line((question.empty() ? name : question) + ":");
    }
    std::fputc('\n', stderr);
    if (!answer)
      return fail(ErrorKind::refused, "secret.no-answer", "nothing was typed for the secret " + name);
    return SecretText(std::move(*answer));
  };
}

}  // namespace mxodus
