#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "orchestrator/transport/host.h"

namespace mxodus {

/// A host that answers scripts and nothing else.
class ScriptHost : public Host {
 public:
  const std::string& name() const override { return name_; }
  Result<HostIdentity> identify(const Deadline& deadline) override;
  Result<CommandResult> read(const Command& command, const Deadline& deadline) override;
  Result<std::vector<CommandResult>> read_all(std::span<const Command> commands,
                                              const Deadline& deadline) override;
  Result<CommandResult> read_script(const std::string& script, const Deadline& deadline) override;
  Result<UniqueFd> dial(const Endpoint& endpoint, const Deadline& deadline) override;
  void disconnect() override {}

 private:
  const std::string name_ = "new";
};

/// This machine as a host whose shell and tools are those of one folder: so the same protocol runs by dash,
/// bash, and a busybox that has nothing beside it.
class ShellHost final : public ScriptHost {
 public:
  explicit ShellHost(std::string path) : path_(std::move(path)) {}

  Result<CommandResult> run_script(const std::string& script, const std::string& input,
                                   const Deadline& deadline) override;

  std::map<std::string, std::string> environment;  ///< of its login
  std::optional<std::size_t> input_breaks_at;      ///< the link breaks after so many bytes of input
  std::string greeting;                            ///< what a noisy login shell says first

 private:
  const std::string path_;
};

/// Makes a folder below `parent` whose name nobody else has.
std::filesystem::path make_temporary_folder(const std::filesystem::path& parent);

/// Fills `folder` with the tools of `shell`: "dash" and "bash" stand as `sh` before the system's tools;
/// "busybox" brings all of its own, and only flock where it has none. Returns the PATH, or nothing where
/// this machine has no such shell.
std::optional<std::string> tools_of(const std::string& shell, const std::filesystem::path& folder);

}  // namespace mxodus
