#include "orchestrator/transport/ssh/client_config.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <map>

#include "orchestrator/core/process.h"
#include "orchestrator/core/text.h"

namespace mxodus {
namespace {

using Keywords = std::multimap<std::string, std::string, std::less<>>;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

Keywords keywords_of(std::string_view output) {
  Keywords keywords;
  for (const std::string& line : split(output, '\n')) {
    const std::size_t space = line.find(' ');
    if (space != std::string::npos)
      keywords.emplace(line.substr(0, space), std::string(trim(line.substr(space))));
  }
  return keywords;
}

std::string value_of(const Keywords& keywords, std::string_view name) {
  const auto [begin, end] = keywords.equal_range(name);
  return begin == end ? "" : begin->second;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

/// `ssh -G` leaves the tilde and the tokens of some paths as they are.
class Paths {
 public:
  Paths(const ClientConfig& config, const std::string& name, const ClientSurroundings& around)
      : home_(around.home),
        tokens_{{'%', "%"},
                {'d', around.home},
                {'h', config.hostname},
                {'n', name},
                {'p', std::to_string(config.port)},
                {'r', config.user},
                {'u', around.local_user},
                {'i', std::to_string(::getuid())},
                {'k', config.host_key_alias.empty() ? name : config.host_key_alias}} {}

  std::string expand(std::string path) const {
    if (path == "~" || path.starts_with("~/")) path = home_ + path.substr(1);
    std::string expanded;
    for (std::size_t i = 0; i < path.size(); ++i) {
      const auto token = path[i] == '%' && i + 1 < path.size() ? tokens_.find(path[i + 1]) : tokens_.end();
      if (token == tokens_.end()) {
        expanded += path[i];
      } else {
        expanded += token->second;
        ++i;
      }
    }
    return expanded;
  }

  void append(std::vector<std::string>& paths, const Keywords& keywords, std::string_view name) const {
    const auto [begin, end] = keywords.equal_range(name);
    for (auto keyword = begin; keyword != end; ++keyword)
      if (keyword->second != "none") paths.push_back(expand(keyword->second));
  }

  /// Several on one line; one with blanks in it cannot be told from two.
  void append_list(std::vector<std::string>& paths, const std::string& list) const {
    for (const std::string& path : split(list, ' '))
      if (!path.empty() && path != "none") paths.push_back(expand(path));
  }

 private:
  std::string home_;
  std::map<char, std::string> tokens_;
};

std::optional<std::string> agent_socket(const std::string& value, const Paths& paths,
                                        const ClientSurroundings& surroundings) {
  std::string socket = value;
  if (value.empty() || value == "SSH_AUTH_SOCK") {
    socket = surroundings.agent_socket;
  } else if (value.starts_with('$')) {
    socket = environment(value.substr(1).c_str());
  } else if (value != "none") {
    socket = paths.expand(value);
  }
  if (socket.empty() || socket == "none") return std::nullopt;
  return socket;
}

std::vector<std::string> ssh_g_words(const HostSpec& spec) {
  std::vector<std::string> words{"ssh", "-G"};
  const auto option = [&](const char* name, const std::string& value) {
    words.insert(words.end(), {"-o", std::string(name) + "=" + value});
  };
  if (!spec.ssh_config.empty()) words.insert(words.end(), {"-F", spec.ssh_config});
  if (spec.user) option("User", *spec.user);
  if (spec.port) option("Port", std::to_string(*spec.port));
  if (spec.jump) option("ProxyJump", spec.jump_host ? "none" : *spec.jump);
  words.insert(words.end(), {"--", spec.ssh});
  return words;
}

}  // namespace

ClientSurroundings ClientSurroundings::of_this_process() {
  ClientSurroundings around{environment("HOME"), environment("USER"), environment("SSH_AUTH_SOCK")};
  // The home of the passwd entry and not $HOME, which OpenSSH never asks: both read the same ~/.ssh.
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found) {
    around.local_user = found->pw_name;
    around.home = found->pw_dir;
  }
  return around;
}

Result<ClientConfig> parse_client_config(std::string_view output, const std::string& name,
                                         const ClientSurroundings& surroundings) {
  const Keywords keywords = keywords_of(output);
  ClientConfig config;
  config.hostname = value_of(keywords, "hostname");
  config.user = value_of(keywords, "user");
  const auto port = port_of(value_of(keywords, "port"));
  if (config.hostname.empty() || config.user.empty() || !port)
    return fail(ErrorKind::invalid, "ssh.config",
                "`ssh -G " + printable_line(name) + "` did not say host name, user and port");
  config.port = *port;
  if (const std::string alias = value_of(keywords, "hostkeyalias"); alias != "none")
    config.host_key_alias = alias;
  if (const std::string jump = value_of(keywords, "proxyjump"); jump != "none") config.proxy_jump = jump;
  const std::string command = value_of(keywords, "proxycommand");
  config.has_proxy_command = !command.empty() && command != "none";
  config.identities_only = value_of(keywords, "identitiesonly") == "yes";

  const Paths paths(config, name, surroundings);
  paths.append(config.identity_files, keywords, "identityfile");
  paths.append(config.certificate_files, keywords, "certificatefile");
  paths.append_list(config.known_hosts_files, value_of(keywords, "userknownhostsfile"));
  paths.append_list(config.known_hosts_files, value_of(keywords, "globalknownhostsfile"));
  config.identity_agent = agent_socket(value_of(keywords, "identityagent"), paths, surroundings);

  const std::string timeout = value_of(keywords, "connecttimeout");
  int seconds = 0;
  if (std::from_chars(timeout.data(), timeout.data() + timeout.size(), seconds).ec == std::errc{} &&
      seconds > 0)
    config.connect_timeout = std::chrono::seconds(seconds);
  return config;
}

Result<ClientConfig> effective_client_config(const HostSpec& spec, const Deadline& deadline) {
  const auto result = run_process({ssh_g_words(spec)}, deadline.at_most(std::chrono::seconds(10)));
  if (!result && result.error().kind == ErrorKind::not_found)
    return fail(ErrorKind::not_found, "ssh.client-missing",
                "the OpenSSH client is not installed here, so ssh_config cannot be read",
                "install the package openssh-client");
  if (!result) return tl::unexpected(result.error());
  if (!result->exited_with(0))
    return fail(ErrorKind::invalid, "ssh.config",
                "`ssh -G " + printable_line(spec.ssh) + "` failed (" + to_string(result->outcome) +
                    "): " + printable_line(result->err));
  auto config = parse_client_config(result->out, spec.ssh, ClientSurroundings::of_this_process());
  if (!config) return config;
  if (config->has_proxy_command && config->proxy_jump.empty())
    return fail(
        ErrorKind::refused, "ssh.proxy-command",
        "ssh_config reaches " + printable_line(spec.ssh) + " by a ProxyCommand, which mxodus does not run",
        "write ProxyJump in ssh_config, or `jump:` at the host in the playbook");
  if (spec.identity) {
    const ClientSurroundings around = ClientSurroundings::of_this_process();
    config->identity_files = {Paths(*config, spec.ssh, around).expand(*spec.identity)};
    config->certificate_files.clear();
    config->identities_only = true;
  }
  return config;
}

Result<HostSpec> parse_jump(std::string_view hop) {
  const auto wrong = [&] {
    return fail(ErrorKind::invalid, "ssh.jump", "\"" + printable_line(hop) + "\" is no jump host",
                "write [user@]host[:port]");
  };
  std::string_view rest = trim(hop);
  if (rest.starts_with("ssh://")) rest.remove_prefix(6);
  HostSpec spec;
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    spec.user = std::string(rest.substr(0, at));
    rest.remove_prefix(at + 1);
  }
  std::string_view port;
  if (rest.starts_with('[')) {
    const std::size_t close = rest.find(']');
    if (close == std::string_view::npos) return wrong();
    port = rest.substr(close + 1);
    rest = rest.substr(1, close - 1);
    if (!port.empty() && !port.starts_with(':')) return wrong();
  } else if (const std::size_t colon = rest.find(':');
             colon != std::string_view::npos && colon == rest.rfind(':')) {
    port = rest.substr(colon);
    rest = rest.substr(0, colon);
  }
  if (!port.empty()) {
    spec.port = port_of(port.substr(1));
    if (!spec.port) return wrong();
  }
  if (rest.empty() || rest.starts_with('-')) return wrong();
  spec.ssh = spec.name = std::string(rest);
  return spec;
}

}  // namespace mxodus
