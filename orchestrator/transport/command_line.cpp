#include "orchestrator/transport/command_line.h"

#include "orchestrator/core/text.h"

namespace mxodus {

std::vector<std::string> words_of(const HostSpec& spec, const Command& command) {
  std::vector<std::string> words = spec.enter;
  if (!command.env.empty()) words.emplace_back("env");
  for (const auto& [name, value] : command.env) words.push_back(name + "=" + value);
  words.insert(words.end(), command.argv.begin(), command.argv.end());
  return words;
}

Error sudo_refused(const HostSpec& spec, const std::string& user, std::string_view said) {
  const std::string line = printable_line(user) + " ALL=(root) NOPASSWD: ALL";
  return {ErrorKind::refused,
          "host.sudo",
          "sudo on host " + spec.name + " does not let " + printable_line(user) +
              " work without a password (\"" + printable_line(said) + "\")",
          {},
          {},
          "add a line with `sudo visudo -f /etc/sudoers.d/mxodus` there: " + line};
}

}  // namespace mxodus
