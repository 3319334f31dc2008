#include "orchestrator/cli/prompt.h"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// Switches the echo of the terminal off for as long as it lives.
class NoEcho {
 public:
  NoEcho() {
    known_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!known_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~NoEcho() {
    if (known_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool known_ = false;
};

}  // namespace

bool has_terminal() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

std::optional<std::string> ask_line(const std::string& question) {
  std::fprintf(stderr, "%s ", printable(question).c_str());
  std::fflush(stderr);
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
