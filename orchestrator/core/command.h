#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace mxodus {

/// A command as a vector of arguments; quoting for a shell happens in one place, below this.
struct Command {
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;  ///< added to what the host gives; never a secret
  std::string input;                       ///< its standard input, then end of file
  std::size_t output_limit =
      4u << 20;  ///< bytes kept of each of stdout and stderr; the rest is read and dropped
};

struct Exited {
  int code = 0;
  bool operator==(const Exited&) const = default;
};
struct Signalled {
  std::string name;  ///< "KILL", without SIG
  bool operator==(const Signalled&) const = default;
};
/// Nobody can say how it ended: the connection went, the deadline passed. Never read as a number, never
/// repeated blindly.
struct NoAnswer {
  std::string reason;
  bool operator==(const NoAnswer&) const = default;
};
using Outcome = std::variant<Exited, Signalled, NoAnswer>;

/// "exit status 3", "killed by signal KILL", "no answer: …"
std::string to_string(const Outcome& outcome);

/// How a command ended and what it wrote: raw bytes, not yet safe to show.
struct CommandResult {
  Outcome outcome;
  std::string out;
  std::string err;
  bool truncated = false;  ///< output_limit was reached
  std::chrono::milliseconds took{0};

  bool answered() const { return !std::holds_alternative<NoAnswer>(outcome); }
  bool exited_with(int code) const { return outcome == Outcome(Exited{code}); }
};

}  // namespace mxodus
