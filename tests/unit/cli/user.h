#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "orchestrator/core/command.h"
#include "tests/support/temporary_directory.h"

namespace mxodus {

/// A look, a question and a change, all on this machine.
inline constexpr const char* kSmallPlaybook = R"(mxodus: 1
name: small
hosts:
  here: {local: true}
steps:
  look: {uses: command, host: here, with: {effect: observe, argv: [echo, hello]}}
  go: {uses: approve, with: {question: "Go on?"}}
  change: {uses: command, host: here, with: {effect: permanent, argv: [touch, changed]}}
)";

/// Two changes, of which the second has no undo, and a question.
inline constexpr const char* kFence = R"(mxodus: 1
name: fence
hosts:
  here: {local: true}
steps:
  file:
    uses: command
    host: here
    with: {effect: change, script: 'echo >"$HOME/file"', undo: {script: 'rm "$HOME/file"'}}
  fence:
    uses: command
    host: here
    with: {effect: change, script: 'echo >"$HOME/fence"'}
  go: {uses: approve, with: {question: "Go on?"}}
)";

/// What a command showed, and how it ended.
struct Typed {
  int code = -1;
  std::string out;
  std::string err;
};

/// Somebody who types commands: a home of their own, no terminal, a DNS that is not there.
class User {
 public:
  User();

  /// `mxodus WORDS…` in the home.
  Typed mxodus(std::vector<std::string> words) const;
  /// A line of sh in the home, with mxodus in the PATH.
  Typed sh(const std::string& script) const;

  void write(const std::string& file, const std::string& text) const;
  std::string read(const std::string& file) const;
  /// A run of this playbook on this machine alone; it must begin. Its id.
  std::string begin_run(const std::string& playbook) const;

  const std::filesystem::path& home() const { return home_.path(); }
  std::map<std::string, std::string> environment;  ///< of what is typed

 private:
  TemporaryDirectory home_;
};

}  // namespace mxodus
