#include "tests/unit/jobs/shell_host.h"

#include <cstdlib>

#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

tl::unexpected<Error> not_here() {
  return fail(ErrorKind::internal, "test.host", "this host answers scripts only");
}

bool run_quietly(const std::string& script) {
  const auto result = run_process({{"/bin/sh", "-c", script}}, Deadline(std::chrono::seconds(10)));
  return result && result->exited_with(0);
}

}  // namespace

Result<HostIdentity> ScriptHost::identify(const Deadline&) {
  return not_here();
}
Result<CommandResult> ScriptHost::read(const Command&, const Deadline&) {
  return not_here();
}
Result<std::vector<CommandResult>> ScriptHost::read_all(std::span<const Command>, const Deadline&) {
  return not_here();
}
Result<UniqueFd> ScriptHost::dial(const Endpoint&, const Deadline&) {
  return not_here();
}

Result<CommandResult> ScriptHost::read_script(const std::string& script, const Deadline& deadline) {
  return run_script(script, "", deadline);
}

Result<CommandResult> ShellHost::run_script(const std::string& script, const std::string& input,
                                            const Deadline& deadline) {
  Command command{{path_.substr(0, path_.find(':')) + "/sh", "-c", greeting + script}, environment, input};
  command.env["PATH"] = path_;
  if (input_breaks_at) command.input.resize(std::min(command.input.size(), *input_breaks_at));
  return run_process(command, deadline);
}

std::filesystem::path make_temporary_folder(const std::filesystem::path& parent) {
  std::string name = parent / "mxodus-jobs-XXXXXX";
  if (!::mkdtemp(name.data())) std::abort();
  return name;
}

std::optional<std::string> tools_of(const std::string& shell, const std::filesystem::path& folder) {
  const std::string into = shell_quote(folder.string());
  if (shell != "busybox") {
    if (!run_quietly("ln -s \"$(command -v " + shell + ")\" " + into + "/sh")) return std::nullopt;
    return folder.string() + ":/usr/sbin:/usr/bin:/sbin:/bin";
  }
  const bool made = run_quietly("busybox --install -s " + into + " && { [ -e " + into +
                                "/flock ] || ln -s \"$(command -v flock)\" " + into + "/flock; }");
  return made ? std::optional(folder.string()) : std::nullopt;
}

}  // namespace mxodus
