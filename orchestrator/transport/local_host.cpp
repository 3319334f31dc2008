#include "orchestrator/transport/local_host.h"

#include <unistd.h>

#include <cstdlib>

#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"
#include "orchestrator/transport/command_line.h"
#include "orchestrator/transport/dial.h"
#include "orchestrator/transport/shell.h"
#include "orchestrator/transport/shell_protocol.h"

namespace mxodus {
namespace {

std::string login_name() {
  const char* name = std::getenv("USER");
  return name ? name : "uid " + std::to_string(::getuid());
}

}  // namespace

Result<HostIdentity> LocalHost::identify(const Deadline&) {
  return HostIdentity{spec_.name, "local", "this machine"};
}

Result<void> LocalHost::check_sudo(const Deadline& deadline) {
  if (!spec_.become_sudo || sudo_allowed_) return {};
  auto result = run_process({{"sudo", "-n", "true"}}, deadline);
  if (!result) return tl::unexpected(std::move(result).error());
  if (!result->answered())
    return fail(ErrorKind::no_answer, "host.sudo-silent", "sudo on this machine did not answer");
  if (!result->exited_with(0)) return tl::unexpected(sudo_refused(spec_, login_name(), result->err));
  sudo_allowed_ = true;
  return {};
}

Result<CommandResult> LocalHost::run(Command command, const Deadline& deadline) {
  if (auto allowed = check_sudo(deadline); !allowed) return tl::unexpected(std::move(allowed).error());
  if (spec_.become_sudo) command.argv.insert(command.argv.begin(), {"sudo", "-n", "--"});
  return run_process(command, deadline);
}

Result<CommandResult> LocalHost::read(const Command& command, const Deadline& deadline) {
  if (command.argv.empty())
    return fail(ErrorKind::invalid, "host.empty-command", "an empty command cannot be run");
  Command words = command;
  words.argv = {"sh", "-c", std::string(shell_preamble) + "exec \"$@\"", "sh"};
  const auto named = words_of(spec_, command);
  words.argv.insert(words.argv.end(), named.begin(), named.end());
  words.env.clear();  // it is among the words: sudo would drop it here
  return run(std::move(words), deadline);
}

Result<std::vector<CommandResult>> LocalHost::read_all(std::span<const Command> commands,
                                                       const Deadline& deadline) {
  std::vector<CommandResult> results;
  for (const Command& command : commands) {
    auto result = read(command, deadline);
    if (!result) return tl::unexpected(std::move(result).error());
    results.push_back(std::move(*result));
  }
  return results;
}

Result<CommandResult> LocalHost::read_script(const std::string& script, const Deadline& deadline) {
  return run_script(script, {}, deadline);
}

Result<CommandResult> LocalHost::run_script(const std::string& script, const std::string& input,
                                            const Deadline& deadline) {
  // Told to end, the outer shell stays until its script has cleaned up behind itself.
  const std::string program = "trap : HUP INT TERM\n" + program_of({script, input});
  auto result = run({{"sh", "-s"}, {}, shell_preamble + program}, deadline);
  if (result)
    if (const auto* exited = std::get_if<Exited>(&result->outcome))
      result->outcome = outcome_of_status(exited->code);
  return result;
}

Result<UniqueFd> LocalHost::dial(const Endpoint& endpoint, const Deadline& deadline) {
  auto dialled = mxodus::dial(endpoint, deadline);
  if (!dialled) return tl::unexpected(std::move(dialled).error());
  return std::move(dialled->fd);
}

}  // namespace mxodus
