#include "steps/dns/scan/files.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "orchestrator/core/names.h"
#include "orchestrator/core/text.h"
#include "steps/support/asking.h"
#include "steps/support/scripts.h"

namespace mxodus::dns {
namespace {

constexpr std::size_t kOne = 1u << 20;
constexpr std::size_t kAll = 8u << 20;
constexpr std::size_t kLongestSetting = 100;
constexpr std::array kStates = {"read", "cut", "binary", "unreadable", "special", "left", "absent"};

// What words of configurations end in that are paths, sockets and modules, and no hosts of the world.
constexpr std::array kNoTop = {"cf",          "conf", "cfg",     "db",   "cdb",    "lmdb", "sh",
                               "py",          "pl",   "service", "sock", "socket", "pid",  "log",
                               "lock",        "key",  "pem",     "crt",  "txt",    "so",   "local",
                               "localdomain", "arpa", "yml",     "yaml", "json",   "lua"};

constexpr std::array<std::string_view, 5> kTransports = {"smtp:", "smtps:", "relay:", "lmtp:", "inet:"};
// Of a setting or a file: what stands there is not shown to anybody, and a question is.
constexpr std::array kSecrets = {"pass", "secret", "key", "token", "auth", "user"};

bool is_comment(std::string_view line) {
  return line.starts_with('#') || line.starts_with(';') || line.starts_with("//");
}

/// "relayhost" of "relayhost = [192.0.2.1]": what is written like the name of a setting, and no more.
std::string setting_of(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return "";
  const std::string_view name = trim(line.substr(0, equals));
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::islower(c) || std::isdigit(c) || c == '_' || c == '-';
  });
  return plain && name.size() <= kLongestSetting ? std::string(name) : "";
}

/// The text up to the next NUL; false where there is none.
bool take_field(std::string_view& rest, std::string& field) {
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return false;
  field = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

/// Calls `take` with the number and the text of each line that is no comment.
template <class Take>
void for_each_line(std::string_view content, const Take& take) {
  for (int number = 1; !content.empty(); ++number) {
    const std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(std::min(line.size() + 1, content.size()));
    if (!is_comment(trim(line))) take(number, trim(line));
  }
}

bool speaks_of_secrets(std::string_view text) {
  return std::any_of(kSecrets.begin(), kSecrets.end(),
                     [&](const char* word) { return text.find(word) != std::string_view::npos; });
}

/// The name that a text begins with.
std::string name_at(std::string_view text) {
  if (text.starts_with('[')) text.remove_prefix(1);
  const auto end = std::find_if(text.begin(), text.end(), [](unsigned char c) {
    return !std::isalnum(c) && c != '.' && c != '-' && c != '_';
  });
  return std::string(text.begin(), end);
}

/// The names that stand where a map has its next hop: "[relay.example.org]:25", "smtp:relay.example.org". Any
/// other word of a line that sets nothing may be a password, and is not for the DNS.
std::vector<std::string> next_hops(std::string_view line) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '[') names.push_back(name_at(line.substr(at)));
    if (at > 0 && !std::isspace(static_cast<unsigned char>(line[at - 1]))) continue;
    for (const std::string_view transport : kTransports)
      if (line.substr(at).starts_with(transport))
        names.push_back(name_at(line.substr(at + transport.size())));
  }
  return names;
}

/// The words of "relayhost = relay.example.org"; none of a setting that may be a password.
std::vector<std::string> values_of(const std::string& setting, std::string_view line) {
  if (speaks_of_secrets(setting)) return {};
  return words_in(line.substr(line.find('=') + 1));
}

/// Whether a name could be that of a host in the DNS of the world, and not that of a file or of this machine.
bool is_sensible(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  const std::string end = name.substr(dot + 1);
  const bool letters = std::all_of(end.begin(), end.end(), [](unsigned char c) { return std::isalpha(c); });
  if (end.starts_with("xn--")) return true;
  return letters && end.size() > 1 && std::find(kNoTop.begin(), kNoTop.end(), end) == kNoTop.end();
}

}  // namespace

bool may_hold_secrets(const std::string& path) {
  return speaks_of_secrets(path.substr(path.rfind('/') + 1));
}

const char* to_string(HostFile::State state) {
  return kStates[static_cast<std::size_t>(state)];
}

Result<std::vector<HostFile>> parse_files(std::string_view output) {
  std::vector<HostFile> files;
  while (!output.empty()) {
    HostFile file;
    std::string state;
    const bool whole =
        take_field(output, file.path) && take_field(output, state) && take_field(output, file.content);
    const auto* known = std::find(kStates.begin(), kStates.end(), state);
    if (!whole || known == kStates.end())
      return fail(ErrorKind::no_answer, "scan.files", "the answer of the host is cut off");
    file.state = static_cast<HostFile::State>(known - kStates.begin());
    files.push_back(std::move(file));
  }
  return files;
}

Result<std::vector<HostFile>> read_files(HostReader& host, const std::vector<std::string>& globs,
                                         const Deadline& deadline) {
  std::vector<std::string> arguments = {std::to_string(kOne), std::to_string(kAll)};
  arguments.insert(arguments.end(), globs.begin(), globs.end());
  Command command = script_command(scripts::dns_scan_files, std::move(arguments));
  command.output_limit = 2 * kAll;
  auto output = ask_text(host, command, "what " + printable_line(join(globs, ", ")) + " hold", deadline);
  if (!output) return tl::unexpected(std::move(output).error());
  return parse_files(*output);
}

std::vector<LineHit> lines_leading_to(const OldPlaces& old, std::string_view content) {
  std::vector<LineHit> hits;
  for_each_line(content, [&](int number, std::string_view line) {
    for (std::string& place : old.in_text(line)) hits.push_back({number, setting_of(line), std::move(place)});
  });
  return hits;
}

std::vector<NamedLine> names_in_lines(std::string_view content) {
  std::vector<NamedLine> names;
  std::set<std::string> seen;
  for_each_line(content, [&](int number, std::string_view line) {
    const std::string setting = setting_of(line);
    for (const std::string& word : setting.empty() ? next_hops(line) : values_of(setting, line)) {
      const auto name = canonical_hostname(word);
      if (name && is_sensible(*name) && seen.insert(*name).second) names.push_back({number, setting, *name});
    }
  });
  return names;
}

}  // namespace mxodus::dns
