#include "steps/restic/trouble.h"

#include <algorithm>
#include <array>
#include <regex>

#include <nlohmann/json.hpp>

#include "orchestrator/core/text.h"
#include "steps/support/asking.h"

namespace mxodus {
namespace {

struct Trouble {
  int status;        ///< restic's exit status for it; 0 where it has none of its own
  const char* said;  ///< what restic, or the ssh under it, says (ECMAScript)
  ErrorKind kind;
  const char* code;
  const char* sentence;  ///< follows "new: "; %R is the repository, %P its password's name
};

/// In the order in which they are looked for: a connection that fails makes restic speak of a missing
/// repository as well.
constexpr std::array<Trouble, 14> troubles = {{
    {127, "restic: (command )?not found", ErrorKind::not_found, "restic.missing",
     "restic is not installed; install it there, 0.16 or later"},
    {0, "Could not resolve hostname|no such host|Name or service not known", ErrorKind::no_answer,
     "restic.name", "the host name of %R does not resolve from there"},
    {0, "Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED", ErrorKind::refused,
     "restic.host-key",
     "the host key of %R is not trusted by the user who runs restic there; log in there, run ssh to it once "
     "and compare the fingerprint"},
    {0, "Permission denied \\(", ErrorKind::refused, "restic.login",
     "%R does not let the user in who runs restic there; that user's SSH key must be allowed"},
    {0,
     "Connection refused|connection refused|Connection timed out|No route to host|Network is unreachable|"
     "i/o timeout",
     ErrorKind::no_answer, "restic.connection", "no connection to %R can be made from there"},
    {0, "unable to start the sftp session", ErrorKind::no_answer, "restic.connection",
     "no SFTP session with %R can be opened from there"},
    {12, "wrong password or no key found|an empty password", ErrorKind::refused, "restic.password",
     "the password in secret %P does not open %R; put the right one there"},
    {11, "already locked", ErrorKind::refused, "restic.locked",
     "%R is locked by another restic; `restic unlock` there only if that one is dead for certain"},
    {0, "[Nn]o space left on device", ErrorKind::refused, "restic.disk-full",
     "the disk is full; make room there and run the step again, it goes on with what is there"},
    {0, "no matching ID found", ErrorKind::not_found, "restic.snapshot",
     "%R has no such snapshot, or restic is older than 0.16 and does not know SNAPSHOT:FOLDER"},
    {0, "path .*: not found", ErrorKind::not_found, "restic.subpath",
     "the snapshot does not hold the folder that `subpath` names"},
    {10,
     "repository does not exist|unable to open config file: .*(no such file|does not exist|[( ]404[) ]|not "
     "found)",
     ErrorKind::not_found, "restic.repository", "there is no repository at %R"},
    {130, "signal interrupt received", ErrorKind::cancelled, "restic.interrupted", "restic was interrupted"},
    {0, "", ErrorKind::no_answer, "restic.failed", "restic failed on %R"},
}};

/// Of what a host says line by line: std::regex recurses over what it reads.
bool is_said(const std::vector<std::string>& lines, const char* pattern) {
  constexpr std::size_t longest_line = 2000;
  const std::regex regex(pattern);
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return std::regex_search(line.data(), line.data() + std::min(line.size(), longest_line), regex);
  });
}

std::string filled(std::string text, const Repository& repository) {
  for (const auto& [mark, value] : {std::pair<std::string, std::string>{"%R", repository.url},
                                    {"%P", repository.password ? repository.password->name : "?"}}) {
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) text.replace(at, mark.size(), printable_line(value));
  }
  return text;
}

/// What a line of `--json` tells a person; any other line as it is.
std::string message_in(const std::string& line) {
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return line;
  const nlohmann::json& from = json.contains("error") && json["error"].is_object() ? json["error"] : json;
  const auto message = from.find("message");
  return message != from.end() && message->is_string() ? message->get<std::string>() : std::string();
}

/// The lines that say most: the last ones that are no progress.
std::string excerpt(std::string_view said) {
  std::vector<std::string> kept;
  for (const std::string& line : split(trim(said), '\n')) {
    std::string message = message_in(line);
    if (message.empty()) continue;
    kept.push_back(std::move(message));
    if (kept.size() > 4) kept.erase(kept.begin());
  }
  return printable_line(join(kept, "\n"), 400);
}

/// The ssh that restic starts for `sftp:user@host:/path` or `sftp://user@host:port//path`; empty where the
/// repository is reached otherwise.
std::vector<std::string> ssh_under(const Repository& repository) {
  static const std::regex short_form("sftp:([^/:]+):.*"), url_form("sftp://([^/:]+)(?::([0-9]+))?/.*");
  if (repository.options.contains("sftp.command") || repository.options.contains("sftp.args")) return {};
  std::smatch parts;
  std::vector<std::string> ssh = {"ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"};
  if (std::regex_match(repository.url, parts, url_form)) {
    if (parts[2].matched) ssh.insert(ssh.end(), {"-p", parts[2]});
  } else if (!std::regex_match(repository.url, parts, short_form)) {
    return {};
  }
  ssh.insert(ssh.end(), {"-s", "--", parts[1], "sftp"});
  return ssh;
}

}  // namespace

Error restic_trouble(const std::string& host, const Repository& repository, int exit_status,
                     std::string_view said) {
  const std::string text(said.substr(said.size() - std::min<std::size_t>(said.size(), 64u << 10)));
  const std::vector<std::string> lines = split(text, '\n');
  const auto matches = [&](const Trouble& trouble) {
    return (trouble.status != 0 && trouble.status == exit_status) || is_said(lines, trouble.said);
  };
  const Trouble& trouble = *std::find_if(troubles.begin(), troubles.end(), matches);
  std::string words = excerpt(text);
  if (!words.empty()) words = " (" + words + ")";
  return Error{trouble.kind, trouble.code,
               host + ": " + filled(trouble.sentence, repository) + "; exit status " +
                   std::to_string(exit_status) + words};
}

Error restic_trouble(HostReader& host, const Repository& repository, int exit_status, std::string_view said,
                     const Deadline& deadline) {
  Error error = restic_trouble(host.name(), repository, exit_status, said);
  const std::vector<std::string> ssh = ssh_under(repository);
  if (error.code != "restic.connection" || ssh.empty()) return error;
  const auto asked = host.read(Command{ssh}, deadline.at_most(std::chrono::seconds(20)));
  if (!asked || !asked->exited_with(255)) return error;
  Error told = restic_trouble(host.name(), repository, exit_status, asked->err);
  return told.code == "restic.failed" ? error : told;
}

}  // namespace mxodus
