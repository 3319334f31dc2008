#include "steps/restic/repository.h"

#include <regex>

#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

/// A URL that carries a password would be in plans, journals and reports.
bool carries_password(const std::string& url) {
  static const std::regex pattern("://[^/@]*:[^/@]+@");
  return std::regex_search(url, pattern);
}

}  // namespace

Result<Repository> restic_repository(const StepContext& context) {
  const std::string name = context.params().text("repository");
  const auto found = context.resources().repositories.find(name);
  if (found == context.resources().repositories.end())
    return fail(ErrorKind::not_found, "restic.unknown", "no repository of the playbook is called " + name);
  const Repository& repository = found->second;
  if (repository.kind != "restic")
    return fail(ErrorKind::invalid, "restic.kind", "repository " + name + " is no restic repository");
  if (!repository.password)
    return fail(ErrorKind::invalid, "restic.no-password", "repository " + name + " has no `password`",
                "write password: ${secrets.NAME}");
  if (carries_password(repository.url))
    return fail(
        ErrorKind::invalid, "restic.url-password",
        "the URL of repository " + name + " carries a password, which would end up in plans and reports",
        "keep it on the host, in a file that only restic's user can read");
  return repository;
}

std::map<std::string, std::string> restic_environment(const Repository& repository) {
  return {{"RESTIC_REPOSITORY", repository.url}, {"RESTIC_PROGRESS_FPS", "1"}};
}

std::vector<std::string> restic_options(const Repository& repository) {
  std::vector<std::string> words;
  for (const auto& [name, value] : repository.options) {
    words.emplace_back("-o");
    words.push_back(name + "=" + to_string(value));
  }
  return words;
}

Command restic_command(const Repository& repository, const std::vector<std::string>& arguments,
                       const SecretText& password, std::string_view through,
                       std::optional<std::chrono::seconds> limit) {
  // The pipe in front makes /dev/stdin something that can be opened: of a socket it cannot.
  std::string script =
      "unset RESTIC_PASSWORD RESTIC_PASSWORD_FILE RESTIC_PASSWORD_COMMAND\n"
      "command -v restic >/dev/null || exit 127\n"
      "cat | " +
      (limit ? "timeout " + std::to_string(limit->count()) + " " : "") +
      "restic --no-lock --no-cache --password-file /dev/stdin \"$@\"";
  if (!through.empty()) {
    // The exit status that counts is restic's, not the filter's.
    script = "{ " + script + "; echo \"exit $?\"; } |\n" + std::string(through);
  }
  Command command{
      {"sh", "-c", std::move(script), "restic"}, restic_environment(repository), password.reveal()};
  for (std::string& word : restic_options(repository)) command.argv.push_back(std::move(word));
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.output_limit = 16u << 20;
  return command;
}

}  // namespace mxodus
