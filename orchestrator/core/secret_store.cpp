#include "orchestrator/core/secret_store.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "orchestrator/core/file.h"
#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "orchestrator/core/unique_fd.h"

namespace mxodus {
namespace {

constexpr std::size_t secret_limit = 64u << 10;
constexpr std::chrono::minutes command_patience{2};  // pass and age may ask for a passphrase or a touch

std::string without_final_newline(std::string bytes) {
  if (bytes.ends_with('\n')) bytes.pop_back();
  return bytes;
}

/// "~/x" is in the home of whoever runs mxodus, as a shell would say it.
std::filesystem::path expand_home(const std::filesystem::path& path) {
  const char* home = std::getenv("HOME");
  const std::string text = path.string();
  return home && text.starts_with("~/") ? std::filesystem::path(home) / text.substr(2) : path;
}

tl::unexpected<Error> not_given(const std::string& name, const std::string& seen) {
  return fail(ErrorKind::refused, "secret.not-given", "the secret " + name + " is not to be had: " + seen);
}

Result<SecretText> read_source(const std::string& name, const SecretFile& source) {
  auto content = read_file(expand_home(source.path), secret_limit);
  if (!content) return not_given(name, content.error().message);
  return SecretText(without_final_newline(std::move(*content)));
}

/// What was taken out of the environment of this process: every program that it starts would inherit it.
class TakenFromEnvironment {
 public:
  void take(const std::string& variable) {
    const char* value = std::getenv(variable.c_str());
    if (!value) return;
    const std::lock_guard lock(mutex_);
    taken_.insert_or_assign(variable, SecretText(value));
    ::unsetenv(variable.c_str());
  }
  std::optional<SecretText> get(const std::string& variable) {
    const std::lock_guard lock(mutex_);
    const auto found = taken_.find(variable);
    return found == taken_.end() ? std::nullopt : std::optional(found->second.copy());
  }

 private:
  std::mutex mutex_;
  std::map<std::string, SecretText> taken_;
};

TakenFromEnvironment& taken() {
  static TakenFromEnvironment taken;
  return taken;
}

Result<SecretText> read_source(const std::string& name, const SecretEnv& source) {
  auto value = taken().get(source.variable);
  if (!value) return not_given(name, "the environment variable " + source.variable + " is not set");
  return std::move(*value);
}

/// A program that is ended while it asks for a passphrase leaves the terminal without echo.
class TerminalKept {
 public:
  TerminalKept() : terminal_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    if (terminal_ && ::tcgetattr(terminal_.get(), &before_) != 0) terminal_.reset();
  }
  ~TerminalKept() {
    // From the background the kernel would stop mxodus for it.
    if (terminal_ && ::tcgetpgrp(terminal_.get()) == ::getpgrp())
      ::tcsetattr(terminal_.get(), TCSADRAIN, &before_);
  }
  TerminalKept(const TerminalKept&) = delete;
  TerminalKept& operator=(const TerminalKept&) = delete;

 private:
  UniqueFd terminal_;
  termios before_{};
};

/// In our process group, or it could not ask for a passphrase on the terminal.
Result<SecretText> read_source(const std::string& name, const SecretCommand& source) {
  Command command{source.argv};
  command.output_limit = secret_limit;
  const TerminalKept kept;
  auto result = run_process(command, Deadline(command_patience), ProcessGroup::ours);
  if (!result) return not_given(name, result.error().message);
  // stderr of a secret tool may quote the secret; only how it ended is told.
  if (!result->exited_with(0)) return not_given(name, source.argv[0] + " gave " + to_string(result->outcome));
  return SecretText(without_final_newline(std::move(result->out)));
}

}  // namespace

SecretStore::SecretStore(std::map<std::string, SecretSource> sources, Redactor& redactor, Prompt prompt)
    : sources_(std::move(sources)), redactor_(redactor), prompt_(std::move(prompt)) {
  for (const auto& [name, source] : sources_)
    if (const auto* env = std::get_if<SecretEnv>(&source)) taken().take(env->variable);
}

Result<SecretText> SecretStore::resolve(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto known = resolved_.find(name); known != resolved_.end()) return known->second.copy();
  const auto source = sources_.find(name);
  if (source == sources_.end())
    return fail(ErrorKind::not_found, "secret.unknown", "the playbook has no secret named " + name);

  auto text = std::visit(
      [&](const auto& from) -> Result<SecretText> {
        if constexpr (std::is_same_v<std::decay_t<decltype(from)>, SecretPrompt>) {
          return prompt_(name, from.question);
        } else {
          return read_source(name, from);
        }
      },
      source->second);
  if (!text) return text;
  if (text->reveal().size() < 4)
    return not_given(name, "it is shorter than 4 bytes, too short to be kept out of output");
  redactor_.add(name, *text);
  resolved_.emplace(name, text->copy());
  return text;
}

}  // namespace mxodus
